"""An asynchronous productSet while it runs."""

from dataclasses import dataclass, field
from typing import Any, ClassVar

from marketsim.shopify.identity import Identified
from marketsim.shopify.records import Product


@dataclass(slots=True, kw_only=True, eq=False)
class ProductSetOperation(Identified):
    """CREATED, then ACTIVE, then COMPLETE with the product or with errors."""

    kind: ClassVar[str] = "ProductSetOperation"
    number: int
    status: str = "CREATED"
    product: Product | None = None
    user_errors: list[dict[str, Any]] = field(default_factory=list)
