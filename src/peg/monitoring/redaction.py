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
"""Names of fields whose value is never shown; `token_count` is caught too, and that is cheap."""

_SECRETS = (
    re.compile(r"\bshp(?:at|ca|pa|ss|ua|rt|tka)_[A-Za-z0-9_-]{8,}"),  # Shopify
    re.compile(r"\b\d{3,}\.[A-Za-z0-9_-]{20,}"),  # Etsy: user id, dot, token
    re.compile(r"\bwhsec_[A-Za-z0-9+/=_-]{8,}"),  # webhook signing secrets
    re.compile(r"(?<=bearer )[A-Za-z0-9._~+/=-]{8,}", re.IGNORECASE),
    re.compile(r"\b[a-z0-9]{24}:[a-z0-9]{10,}\b"),  # Etsy's keystring:shared_secret
)
_PARAMETERS = re.compile(
    r"""(?P<name>\b(?:access_token|refresh_token|client_secret|code_verifier|hmac|shared_secret"""
    r"""|password|token)["']?\s*[=:]\s*["']?)[^&\s"'<>,;)}]+"""
    r"""|(?P<long>\b(?:code|state)["']?\s*[=:]\s*["']?)[^&\s"'<>,;)}]{16,}""",
    re.IGNORECASE,
)
"""In addresses and bodies. A listing's `state=active` is no secret, hence the length."""
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
    text = _PARAMETERS.sub(lambda m: f"{m['name'] or m['long']}{HIDDEN}", text)
    return _CREDENTIALS.sub(HIDDEN, text)


def _value(name: str, value: Any) -> Any:
    if value is not None and not isinstance(value, bool) and _NAMES.search(name):
        return HIDDEN
    if isinstance(value, Mapping):
        return {str(key): _value(str(key), one) for key, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_value("", one) for one in value]
    if isinstance(value, str | bytes) or not isinstance(value, int | float | None):
        return redact_text(value if isinstance(value, str) else str(value))
    return value
