"""The keys that seal tokens: from the environment, or from a file made at the first run."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import ClassVar

import structlog

from peg.domain.errors import ErrorKind, PegError
from peg.settings.fields import Settings
from peg.shops.sealing import KeyRing, new_key, parse_keys

log = structlog.get_logger()


class KeysExposed(PegError):
    """Others on this machine could read the keys."""

    kind: ClassVar[ErrorKind] = "broken"


class KeysUnreadable(PegError):
    """PEG itself cannot read the keys, or cannot make the file."""

    kind: ClassVar[ErrorKind] = "broken"

    def __init__(self, file: Path, cause: OSError) -> None:
        super().__init__(
            f"the keys in {file} cannot be used: {cause.strerror}. It must be a file that the user"
            f" who runs PEG may read (`chown $USER {file}; chmod 600 {file}`)"
        )


def load_ring(settings: Settings) -> KeyRing:
    """The keys, newest first; a fresh file with one key where there is none yet.

    Raises:
        BadKey: what is there is no key.
        KeysExposed: the file may be read by others.
        KeysUnreadable: it may not be read by us, or is no file.
    """
    if settings.master_key is not None:
        # In one variable, keys stand beside each other.
        keys = "\n".join(settings.master_key.get_secret_value().split())
        return parse_keys(keys, where="PEG_MASTER_KEY")
    file = settings.key_file
    try:
        return _in_file(file)
    except (PermissionError, IsADirectoryError, NotADirectoryError) as cause:
        raise KeysUnreadable(file, cause) from cause


def _in_file(file: Path) -> KeyRing:
    if not file.exists() and _begin(file, new_key() + "\n"):
        log.info("keys.made", file=str(file))
    if file.stat().st_mode & 0o077:
        raise KeysExposed(f"others can read {file}: run `chmod 600 {file}`")
    return parse_keys(file.read_text(), where=str(file), reread=file.read_text)


def fresh_key() -> str:
    """A key, as it stands in the file or in PEG_MASTER_KEY."""
    return new_key()


def add_key(settings: Settings) -> KeyRing:
    """Put a fresh key above the others; the old ones stay to open what they sealed.

    Keys in PEG_MASTER_KEY are put there by their owner, since PEG cannot change it: its first key
    is then the new one.
    """
    if settings.master_key is not None:
        return load_ring(settings)
    load_ring(settings)
    _replace(settings.key_file, new_key() + "\n" + settings.key_file.read_text())
    return load_ring(settings)


def _begin(file: Path, text: str) -> bool:
    """Make the file, whole from its first moment, unless another PEG has made it just now.

    Whoever replaced that one's key would leave it sealing tokens with a key that is nowhere.
    """
    with _written(file, text) as fresh, suppress(FileExistsError):
        file.hardlink_to(fresh)
        return True
    return False


def _replace(file: Path, text: str) -> None:
    """Replace the file in one move."""
    with _written(file, text) as fresh:
        fresh.replace(file)


@contextmanager
def _written(file: Path, text: str) -> Iterator[Path]:
    """A file of its own beside it, for a moment, readable by its owner only from the first byte."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(prefix=f"{file.name}.", suffix=".new", dir=file.parent)
    fresh = Path(name)
    try:
        with os.fdopen(descriptor, "w") as opened:
            opened.write(text)
            opened.flush()
            os.fsync(opened.fileno())
        yield fresh
    finally:
        fresh.unlink(missing_ok=True)
