"""A signature check as simple as can be, for tests that are about what comes after it."""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime

from peg.marketplaces.hints import BadSignature


class PlainSignatures:
    """Takes a delivery whose `signature` is the HMAC of the body under one secret."""

    def __init__(self, secret: str) -> None:
        self._secret = secret

    def verify(self, headers: Mapping[str, str], body: bytes, *, now: datetime) -> None:
        del now  # nothing here grows old
        given = headers.get("signature", "")
        if not hmac.compare_digest(given.encode(), self.sign(body).encode()):
            raise BadSignature("wrong")

    def sign(self, body: bytes) -> str:
        return hmac.new(self._secret.encode(), body, hashlib.sha256).hexdigest()
