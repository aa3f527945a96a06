"""Numbers and the global ids made of them."""

from typing import ClassVar


class Identified:
    """A record with a number, which is its `id` in webhooks, and a global id for GraphQL."""

    __slots__ = ()
    kind: ClassVar[str]
    number: int

    @property
    def gid(self) -> str:
        """`gid://shopify/Product/123`."""
        return f"gid://shopify/{self.kind}/{self.number}"
