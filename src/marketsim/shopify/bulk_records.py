"""A bulk operation as the shop remembers it."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(slots=True, kw_only=True, eq=False)
class BulkOperation:
    """Many reads or writes asked for at once; `lines` is the result, JSON per line."""

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
    def gid(self) -> str:
        return f"gid://shopify/BulkOperation/{self.number}"

    @property
    def file_size(self) -> int | None:
        return len(self.result) if self.completed_at else None

    @property
    def running(self) -> bool:
        return self.status in ("CREATED", "RUNNING", "CANCELING")
