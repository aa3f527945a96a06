"""Secrets at rest: AES-256-GCM, bound to the very row and column they stand in.

A ciphertext copied into another row or column does not open. Nonces come from the operating
system and never from a seed: a replayed nonce would give the key away.
"""

import base64
import binascii
import hashlib
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from peg.domain.errors import ErrorKind, PegError

KEY_BYTES = 32
NONCE_BYTES = 12
KEY_ID_CHARACTERS = 12


class BadKey(PegError):
    """A master key that cannot be one."""

    kind: ClassVar[ErrorKind] = "broken"

    def __init__(self, where: str, what: str) -> None:
        super().__init__(
            f"the keys in {where} cannot be used ({what}): put your copy of them there. Without the"
            " old key each shop has to be connected again, with a fresh one from `peg keys new`;"
            " the book needs none"
        )


class UnknownKey(PegError):
    """A secret was sealed with a key that is not in the ring."""

    kind: ClassVar[ErrorKind] = "broken"


class SealBroken(PegError):
    """A sealed secret was changed, moved to another row, or cut short."""

    kind: ClassVar[ErrorKind] = "broken"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sealed value stands; it opens nowhere else."""

    table: str
    row: str
    column: str

    def aad(self) -> bytes:
        """The associated data."""
        return f"{self.table}|{self.row}|{self.column}".encode()


class KeyRing:
    """The master keys by their id; the first one seals, all of them open."""

    def __init__(
        self,
        keys: Sequence[bytes],
        *,
        where: str = "the key file",
        reread: Callable[[], Sequence[bytes]] | None = None,
    ) -> None:
        """Hold the `keys` that stand `where` a person can find them.

        `reread` gives them as they are now, for keys rotated while we run.
        """
        self._where = where
        self._reread = reread
        self._hold(keys)

    def __repr__(self) -> str:
        return f"KeyRing(current={self.current!r}, keys={len(self._keys)})"

    def seal(self, secret: str, place: Place) -> str:
        """`KEYID.BASE64`, to be stored at `place`."""
        nonce = os.urandom(NONCE_BYTES)
        sealed = AESGCM(self._keys[self.current]).encrypt(nonce, secret.encode(), place.aad())
        return f"{self.current}.{base64.b64encode(nonce + sealed).decode()}"

    def open(self, sealed: str, place: Place) -> str:
        """The secret that was sealed at `place`.

        Raises:
            UnknownKey: its key is missing.
            SealBroken: changed, or from another place.
        """
        named, _, body = sealed.partition(".")
        if named not in self._keys and self._reread is not None:
            self._hold(self._reread())
        key = self._keys.get(named)
        if key is None:
            raise UnknownKey(
                f"{place.table}.{place.column} was sealed with the key {named!r}, which is not"
                f" in {self._where}: put that key back behind the newest one, from your copy"
            )
        try:
            raw = base64.b64decode(body, validate=True)
            return AESGCM(key).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], place.aad()).decode()
        except (InvalidTag, ValueError, binascii.Error) as cause:
            raise SealBroken(
                f"the secret in {place.table}.{place.column} of {place.row} was changed or"
                " moved: connect the shop again"
            ) from cause

    def is_current(self, sealed: str) -> bool:
        """Whether it was sealed with the newest key."""
        return sealed.partition(".")[0] == self.current

    def _hold(self, keys: Sequence[bytes]) -> None:
        if not keys or any(len(key) != KEY_BYTES for key in keys):
            what = f"a key is {KEY_BYTES} bytes in base64" if keys else "there is none"
            raise BadKey(self._where, what)
        self._keys: Mapping[str, bytes] = {key_id(key): key for key in keys}
        self.current = key_id(keys[0])


def key_id(key: bytes) -> str:
    """A key's name in ciphertexts: from the key itself, so that it can never be mixed up."""
    return hashlib.sha256(b"peg key id" + key).hexdigest()[:KEY_ID_CHARACTERS]


def new_key() -> str:
    """A fresh master key, base64, from the operating system's randomness."""
    return base64.b64encode(os.urandom(KEY_BYTES)).decode()


def parse_keys(
    text: str, *, where: str = "the key file", reread: Callable[[], str] | None = None
) -> KeyRing:
    """A key ring from one base64 key a line, the newest first; `#` begins a comment.

    They stand `where` a person can find them. `reread` gives the text as it is now, when a secret
    turns up that an unknown key has sealed.

    Raises:
        BadKey: a line is not 32 bytes of base64, or there is none.
    """
    again = None if reread is None else (lambda: _keys_in(reread(), where))
    return KeyRing(_keys_in(text, where), where=where, reread=again)


def _keys_in(text: str, where: str) -> list[bytes]:
    lines = [line.partition("#")[0].strip() for line in text.splitlines()]
    try:
        return [base64.b64decode(line, validate=True) for line in lines if line]
    except binascii.Error as cause:
        raise BadKey(where, "a line is no base64") from cause
