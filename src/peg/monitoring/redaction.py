"""Keep secrets and buyers' data out of every log line, wherever in it they stand."""

import re
from collections.abc import Mapping, MutableMapping
from typing import Any

HIDDEN = "[hidden]"

_NAMES = re.compile(
    r"(?:token|secret|password|authorization|cookie|api[_-]?key|master[_-]?key|hmac|signature"
    r"|verifier|keystring|e?mail|phone|address|buyer|customer)(?:$|[_-])",
    re.IGNORECASE,
)
"""Names of fields whose value is never shown."""
_FIGURES = re.compile(r"_(?:at|s|count)\Z")
"""`token_expires_at` tells a moment, and no token."""

_SECRETS = (
    re.compile(r"\bshp(?:at|ca|pa|ss|ua|rt|tka)_[A-Za-z0-9_-]{8,}"),  # Shopify
    re.compile(r"\b\d{3,}\.[A-Za-z0-9_-]{20,}"),  # Etsy: user id, dot, token
    re.compile(r"\bwhsec_[A-Za-z0-9+/=_-]{8,}"),  # webhook signing secrets
    re.compile(r"(?<=bearer )[A-Za-z0-9._~+/=-]{8,}", re.IGNORECASE),
    re.compile(r"(?<=[Bb]asic )(?=\S*[A-Z0-9])[A-Za-z0-9+/=]{8,}"),
    re.compile(r"\b[a-z0-9]{24}:[a-z0-9]{10,}\b"),  # Etsy's keystring:shared_secret
)
_NAMED = (
    r"(?:\b|_)(?:token|secret|password|passwd|authorization|api[_-]?key|master[_-]?key|hmac"
    r"|signature|verifier|keystring)"
)
_ENDS = r"""[^&\s"'<>,;)}]+"""
_ASSIGNED = re.compile(rf"""({_NAMED}["']?\s*=\s*["']?){_ENDS}""", re.IGNORECASE)
"""In addresses and forms: `token=…`."""
_QUOTED = re.compile(rf"""({_NAMED}["']?\s*:\s*b?(["']))(?:(?!\2).)+""", re.IGNORECASE)
"""In JSON: `"token": "…"`."""
_TOLD = re.compile(rf"""({_NAMED}["']?\s*:\s*)({_ENDS})""", re.IGNORECASE)
"""In headers and sentences: `token: …`, where a plain word goes on with the sentence."""
_PLAIN_WORD = re.compile(r"[A-Za-z]{1,9}[.!?:…]?\Z")
"""No secret that PEG meets is that short: Etsy's shortest, the shared secret, has ten."""
_PASSING = re.compile(
    r"""(\b(?:code|state)["']?\s*[=:]\s*b?["']?)([^&\s"'<>,;)}]{16,})""", re.IGNORECASE
)
"""What a consent page sends back. `state=active` is no secret, hence the length."""
_CONSTANT = re.compile(r"[A-Z]+(?:_[A-Z]+)+\Z|[a-z]+(?:_[a-z]+)+\Z")
"""`INTERNAL_SERVER_ERROR` is none either."""
_CREDENTIALS = re.compile(r"(?<=://)[^/\s:@]+:[^/\s@]+(?=@)")


def redact_event(
    _logger: Any, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Structlog's processor: the last before the line is written."""
    return {name: _value(name, value) for name, value in event.items()}


def redact_text(text: str) -> str:
    """A text without the secrets that can be recognised in it."""
    for pattern in _SECRETS:
        text = pattern.sub(HIDDEN, text)
    for named in (_ASSIGNED, _QUOTED):
        text = named.sub(rf"\1{HIDDEN}", text)
    text = _TOLD.sub(lambda found: _unless(_PLAIN_WORD, found), text)
    text = _PASSING.sub(lambda found: _unless(_CONSTANT, found), text)
    return _CREDENTIALS.sub(HIDDEN, text)


def _unless(harmless: re.Pattern[str], found: re.Match[str]) -> str:
    return found[0] if found[2] == HIDDEN or harmless.match(found[2]) else f"{found[1]}{HIDDEN}"


def _is_secret(name: str) -> bool:
    return bool(_NAMES.search(name)) and not _FIGURES.search(name)


def _value(name: str, value: Any) -> Any:
    if value is not None and not isinstance(value, bool) and _is_secret(name):
        return HIDDEN
    if isinstance(value, Mapping):
        return {str(key): _value(str(key), one) for key, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_value("", one) for one in value]
    if isinstance(value, str | bytes) or not isinstance(value, int | float | None):
        return redact_text(value if isinstance(value, str) else str(value))
    return value
