"""An address of this machine at which nobody can be heard."""

from typing import ClassVar

from peg.domain.errors import ErrorKind, PegError


class CannotListen(PegError):
    """The address is taken, or not this machine's."""

    kind: ClassVar[ErrorKind] = "conflict"

    def __init__(self, host: str, port: int, cause: OSError, *, instead: str) -> None:
        why = (cause.strerror or str(cause)).lower()
        super().__init__(
            f"cannot listen on {host} port {port} ({why}): stop what uses it, or {instead}"
        )
