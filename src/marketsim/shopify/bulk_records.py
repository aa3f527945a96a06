"""A bulk operation as the shop remembers it."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from marketsim.shopify.identity import Identified


@dataclass(slots=True, kw_only=True, eq=False)
class BulkOperation(Identified):
    """Many reads or writes asked for at once; `lines` is the result, JSON per line."""

    kind: ClassVar[str] = "BulkOperation"
    number: int
    type: str
    query: str
    created_at: datetime
    status: str = "CREATED"
    error_code: str | None = None
    completed_at: datetime | None = None
    object_count: int = 0
    root_object_count: int = 0
    result: bytes = b""
    url: str | None = None
    partial_data_url: str | None = None

    @property
    def file_size(self) -> int | None:
        """Bytes of the result, once it ended."""
        return len(self.result) if self.completed_at else None

    @property
    def running(self) -> bool:
        """Whether it has not ended yet."""
        return self.status in ("CREATED", "RUNNING", "CANCELING")
