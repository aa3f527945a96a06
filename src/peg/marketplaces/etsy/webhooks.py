"""Etsy's webhooks: signed by the Standard Webhooks rule, and saying only where to look.

The library `standardwebhooks` reads the machine's clock and stumbles over a signature without
`v1,`, which Etsy sends too; so the rule's few lines stand here, and the tests sign with it.
"""

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import urlsplit

from peg.domain.identity import ShopId
from peg.domain.near import quoted
from peg.marketplaces.etsy.answers import Json, text
from peg.marketplaces.hints import (
    IT_IS_READ,
    BadSignature,
    Hint,
    MalformedDelivery,
    SignedLongAgo,
    UnknownTopic,
)
from peg.marketplaces.port import UnexpectedAnswer

TOLERANCE_S = 300.0
KEY_BYTES_MIN = 16
"""Etsy's have 24 or more; with much less anybody could guess it."""

SUBJECTS = frozenset({"order", "listing", "inventory"})
KINDS = frozenset({"receipts", "listings"})
ETSY_HOSTS = frozenset({"api.etsy.com", "openapi.etsy.com"})
_SECRET_PREFIX = "whsec_"  # noqa: S105 - what every such secret begins with is none
_RESOURCE = re.compile(
    r"/v3/application/(?:shops/(?P<shop>\d{1,19})/)?(?P<kind>receipts|listings)/(?P<id>\d{1,19})"
    r"(?:/inventory)?/?\Z",
    re.ASCII,
)


class EtsySignatures:
    """Checks the webhooks of one shop."""

    def __init__(self, secret: str) -> None:
        """Take the portal's signing secret.

        Raises:
            BadSignature: it is none of the portal's: a wrong one would turn every webhook away.
        """
        self._key = _key_of(secret.strip())

    def verify(self, headers: Mapping[str, str], body: bytes, *, now: datetime) -> None:
        """Refuse what was not signed with the shop's secret within the last five minutes.

        Raises:
            BadSignature: absent, malformed, wrong, or of another time.
        """
        named = {name.lower(): value for name, value in headers.items()}
        delivery, sent_at = named.get("webhook-id", ""), named.get("webhook-timestamp", "")
        if not delivery or not sent_at.isdecimal() or not sent_at.isascii():
            raise BadSignature("the webhook carries no id or no time: it is not Etsy's")
        signed = b".".join((delivery.encode(), sent_at.encode(), body))
        expected = hmac.new(self._key, signed, hashlib.sha256).digest()
        right = base64.b64encode(expected)
        if not any(hmac.compare_digest(right, one) for one in _signatures(named)):
            raise BadSignature("no signature of the webhook is the shop's: check its secret")
        if abs(now.timestamp() - int(sent_at[:15])) > TOLERANCE_S:
            raise SignedLongAgo(
                "the webhook was signed more than 5 minutes away from now: replayed, or one of the"
                " clocks is wrong"
            )


class EtsyHints:
    """Reads webhooks whose signature was checked."""

    def __init__(self, api: str) -> None:
        """Take the address of the API that is called back."""
        host = urlsplit(api).netloc
        self._hosts = ETSY_HOSTS if host in ETSY_HOSTS else frozenset({host})

    def hint(
        self, headers: Mapping[str, str], body: bytes, *, shop: ShopId, received_at: datetime
    ) -> Hint:
        """Where to look. The payload's address is only read for its ids, never called.

        Some payloads are unlike the documentation. It is signed, and only a hint: whatever points
        to a receipt or a listing of this shop is followed.

        Raises:
            MalformedDelivery: it points nowhere, or to another shop or host.
            UnknownTopic: about something else than orders, listings and inventories.
        """
        named = {name.lower(): value for name, value in headers.items()}
        payload = _flat(_payload(body))
        event = _event_of(payload)
        if event and event.partition(".")[0] not in SUBJECTS | KINDS:
            raise UnknownTopic(
                f"Etsy sent a webhook about {quoted(event)}, which PEG does not use: take it off"
                " PEG's address in Etsy's developer portal"
            )
        try:
            kind, number = self._resource(payload, shop)
        except UnexpectedAnswer as cause:
            raise MalformedDelivery(
                f"a webhook unlike Etsy's documentation arrived: {IT_IS_READ}"
            ) from cause
        sent_at = named.get("webhook-timestamp", "")
        return Hint(
            shop=shop,
            topic=event or kind,
            order=number if kind == "receipts" else None,
            listing=number if kind == "listings" else None,
            happened_at=datetime.fromtimestamp(int(sent_at), UTC) if sent_at else received_at,
        )

    def _resource(self, payload: Json, shop: ShopId) -> tuple[str, str]:
        ours = shop.partition(":")[2]
        if str(payload.get("shop_id", "")) != ours:
            raise MalformedDelivery(
                f"a webhook of another shop than {ours} arrived here: connect that shop, or take"
                " PEG's address out of its webhooks"
            )
        address = text(payload, "resource_url")
        url = urlsplit(address)
        found = _RESOURCE.match(url.path)
        if url.netloc not in self._hosts or found is None or url.geturl() != address:
            raise MalformedDelivery(
                f"a webhook points to what is neither a receipt nor a listing: {IT_IS_READ}"
            )
        if found["shop"] not in {None, ours}:
            raise MalformedDelivery(f"a webhook points into another shop: {IT_IS_READ}")
        return found["kind"], found["id"]


def _key_of(secret: str) -> bytes:
    if not secret.startswith(_SECRET_PREFIX):
        raise BadSignature(
            f"a webhook secret of Etsy begins with {_SECRET_PREFIX}: copy it from Etsy's developer"
            " portal"
        )
    try:
        key = base64.b64decode(secret.removeprefix(_SECRET_PREFIX), validate=True)
    except ValueError as cause:
        raise BadSignature(
            "the webhook secret is no base64: copy it again, whole, from Etsy's developer portal"
        ) from cause
    if len(key) < KEY_BYTES_MIN:
        raise BadSignature(
            "the webhook secret is too short: copy it again, whole, from Etsy's developer portal"
        )
    return key


def _event_of(payload: Json) -> str:
    """What a webhook tells of, also where it names it otherwise than documented; else empty."""
    named = payload.get("event_type") or payload.get("type")
    return named if isinstance(named, str) else ""


def _flat(payload: Json) -> Json:
    """What lies under `data` in some payloads, as if it lay where it is documented."""
    inner = payload.get("data")
    return {**inner, **payload} if isinstance(inner, dict) else payload


def _signatures(named: Mapping[str, str]) -> list[bytes]:
    """The signatures as they are written: a stranger's spelling of a right one is no right one."""
    found = []
    for entry in named.get("webhook-signature", "").split():
        version, comma, signature = entry.partition(",")
        if not comma or version == "v1":
            found.append((signature if comma else version).encode())
    return found


def _payload(body: bytes) -> Json:
    try:
        payload = json.loads(body)
    except (ValueError, RecursionError) as cause:
        raise MalformedDelivery(f"a signed webhook of Etsy holds no JSON: {IT_IS_READ}") from cause
    if not isinstance(payload, dict):
        raise MalformedDelivery(f"a signed webhook of Etsy holds no JSON object: {IT_IS_READ}")
    return payload
