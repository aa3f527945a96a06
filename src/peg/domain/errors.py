"""The one tree of errors raised on purpose.

`kind` drives three things from one place: the HTTP status, the exit code, and whether a worker
tries again. Each message says what is wrong and what to do about it.
"""

from typing import ClassVar, Literal

ErrorKind = Literal["refused", "missing", "conflict", "transient", "broken", "bug"]

HTTP_STATUS: dict[ErrorKind, int] = {
    "refused": 422,
    "missing": 404,
    "conflict": 409,
    "transient": 503,
    "broken": 503,
    "bug": 500,
}

EXIT_CODE: dict[ErrorKind, int] = {
    "refused": 2,
    "missing": 3,
    "conflict": 4,
    "transient": 5,
    "broken": 6,
    "bug": 70,
}


class PegError(Exception):
    """Base of every error raised on purpose."""

    kind: ClassVar[ErrorKind] = "bug"


class BadSku(PegError):
    """Text that cannot be a SKU on both marketplaces."""

    kind = "refused"


class BadQuantity(PegError):
    """A number of pieces that cannot be."""

    kind = "refused"


class BadMoney(PegError):
    """An amount or currency that cannot be."""

    kind = "refused"


class UnknownSku(PegError):
    """No item has this SKU; what `waits` to be matched under it is told before all else."""

    kind = "missing"

    def __init__(self, sku: str, near: str = "", *, waits: str = "") -> None:
        told = f" yet: {waits}" if waits else f"{near}: `peg stock` lists them"
        super().__init__(f"no item has the SKU {sku!r}{told}")
        self.sku = sku


class InsufficientStock(PegError):
    """Fewer pieces are available than were asked for, in all or `at` one place.

    `kept` says who keeps those that are there, and how they are let go.
    """

    kind = "conflict"

    def __init__(self, *, wanted: int, available: int, at: str = "", kept: str = "") -> None:
        where = f" at {at}: name another place," if at else ":"
        remedy = kept or "receive or count the stock"
        super().__init__(
            f"wanted {wanted}, available {available}{where} {remedy}, or ask for fewer"
        )
        self.wanted = wanted
        self.available = available
        self.kept = kept


def trace_of(error: Exception) -> Exception | None:
    """What a log shows of an error beside its words: one raised on purpose needs no more."""
    return None if isinstance(error, PegError) else error
