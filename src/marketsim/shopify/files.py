"""Uploaded files: staged first, then created, then processed some time later."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from marketsim.shopify.identity import Identified
from marketsim.shopify.store import Store


@dataclass(slots=True, kw_only=True, eq=False)
class StoredFile(Identified):
    """One file of the shop."""

    kind: ClassVar[str] = "GenericFile"
    number: int
    source: str
    alt: str | None
    created_at: datetime
    file_status: str = "UPLOADED"
    errors: list[dict[str, str]] = field(default_factory=list)
    url: str | None = None


@dataclass(slots=True, kw_only=True, eq=False)
class StoredImage(StoredFile):
    """One image of the shop."""

    kind: ClassVar[str] = "MediaImage"


class Files:
    """The files and what was uploaded ahead of them."""

    def __init__(self, store: Store) -> None:
        self.generic: dict[int, StoredFile] = {}
        self.images: dict[int, StoredFile] = {}
        self.staged: dict[str, bytes | None] = {}
        store.shelve("GenericFile", self.generic)
        store.shelve("MediaImage", self.images)

    def add(self, file: StoredFile) -> None:
        """Remember a file."""
        shelf = self.images if isinstance(file, StoredImage) else self.generic
        shelf[file.number] = file
