"""An asynchronous productSet while it runs."""

from dataclasses import dataclass, field
from typing import Any

from marketsim.shopify.records import Product


@dataclass(slots=True, kw_only=True, eq=False)
class ProductSetOperation:
    """CREATED, then ACTIVE, then COMPLETE with the product or with errors."""

    number: int
    status: str = "CREATED"
    product: Product | None = None
    user_errors: list[dict[str, Any]] = field(default_factory=list)

    @property
    def gid(self) -> str:
        return f"gid://shopify/ProductSetOperation/{self.number}"
