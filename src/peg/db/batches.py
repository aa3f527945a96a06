"""Many things in parts: what one statement or one transaction takes."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")


def batches(things: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """Consecutive parts of at most `size`."""
    for start in range(0, len(things), size):
        yield things[start : start + size]
