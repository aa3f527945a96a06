"""Read Etsy's answers strictly: a missing or odd field is said, never guessed around."""

import json
from collections.abc import Callable, Mapping
from typing import Any, Literal

import httpx2

from peg.marketplaces.http import retry_after_s
from peg.marketplaces.port import (
    AccessRevoked,
    MarketplaceError,
    MarketplaceUnavailable,
    MissingScope,
    Refused,
    RemoteGone,
    ShopFrozen,
    Throttled,
    UnexpectedAnswer,
)

Json = Mapping[str, Any]
_Named = AccessRevoked | MissingScope | ShopFrozen | RemoteGone | Refused

SENTENCE_CHARACTERS_MAX = 300
WAIT_S_DEFAULT = 1.0
SECONDS_MAX = 253_402_300_799
"""The end of the year 9999; a time in milliseconds lies behind it."""


def body_of(answer: httpx2.Response) -> Json:
    """The JSON object of an answer.

    Raises:
        MarketplaceError: it is a refusal, each by its own name.
        UnexpectedAnswer: it is no JSON, or no object.
    """
    if not answer.is_success:
        raise refusal(answer.status_code, answer.headers, answer.content)
    try:
        body = answer.json()
    except ValueError as cause:
        raise UnexpectedAnswer("Etsy answered with something that is no JSON") from cause
    if not isinstance(body, dict):
        raise UnexpectedAnswer("Etsy answered with a list where an object was due")
    return body


def whole(body: Json, name: str) -> int:
    """A whole number that must be there.

    Raises:
        UnexpectedAnswer: it is not.
    """
    value = body.get(name)
    if isinstance(value, bool) or not isinstance(value, int):
        raise _odd(name, value, "a whole number")
    return value


def moment(receipt: Json, what: Literal["create", "update"]) -> int:
    """A receipt's time in seconds; Etsy gives each twice, and one of them may go overnight."""
    former, newer = f"{what}_timestamp", f"{what}d_timestamp"
    name = newer if newer in receipt else former
    seconds = whole(receipt, name)
    if not 0 <= seconds <= SECONDS_MAX:
        raise _odd(name, seconds, "a time in seconds")
    return seconds


def text(body: Json, name: str) -> str:
    """A text that must be there."""
    value = body.get(name)
    if not isinstance(value, str):
        raise _odd(name, value, "a text")
    return value


def flag(body: Json, name: str) -> bool:
    """A yes or no that must be there."""
    value = body.get(name)
    if not isinstance(value, bool):
        raise _odd(name, value, "true or false")
    return value


def thing(body: Json, name: str) -> Json:
    """An object that must be there."""
    value = body.get(name)
    if not isinstance(value, dict):
        raise _odd(name, value, "an object")
    return value


def things(body: Json, name: str) -> list[Json]:
    """A list of objects that must be there."""
    value = body.get(name)
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise _odd(name, value, "a list of objects")
    return value


def refusal(status: int, headers: Mapping[str, str], content: bytes) -> MarketplaceError:
    """The named error behind an answer that is no success; never with secrets in it.

    Etsy says errors in three shapes: `{error}`, OAuth's `{error, error_description}`, and a list
    of `{path, type, message}`.
    """
    said = sentence(content)
    if status == 429:
        wait_s = retry_after_s(headers) or WAIT_S_DEFAULT
        return Throttled(f"Etsy asks to wait: {said}", wait_s=wait_s)
    if status >= 500:
        return MarketplaceUnavailable(f"Etsy is in trouble ({status}): {said}")
    for fits, error, words in _REFUSALS:
        if fits(status, said):
            return error(f"{words} ({status}: {said})")
    return Refused(f"Etsy refuses ({status}): {said}")


_REFUSALS: tuple[tuple[Callable[[int, str], bool], type[_Named], str], ...] = (
    (
        lambda status, said: "invalid_client" in said or (status == 403 and _of_the_key(said)),
        Refused,
        "the keystring or the shared secret is wrong: copy both from Etsy's developer page, and"
        " connect the shop again",
    ),
    (
        lambda status, said: status == 401 or "invalid_grant" in said,
        AccessRevoked,
        "Etsy no longer accepts PEG's token: connect the shop again by `peg connect etsy`",
    ),
    (
        lambda status, said: status == 403 and "scope" in said,
        MissingScope,
        "Etsy does not let PEG do this: connect the shop again by `peg connect etsy`, and allow"
        " everything",
    ),
    (
        lambda status, _: status in {402, 423},
        ShopFrozen,
        "Etsy has closed the shop for now: look into Etsy's own messages",
    ),
    (lambda status, _: status in {404, 410}, RemoteGone, "not there on Etsy"),
)


def _of_the_key(said: str) -> bool:
    """Whether Etsy means the app's own keys, and not the seller's token."""
    return any(word in said.lower() for word in ("api key", "api-key", "shared secret"))


def sentence(content: bytes) -> str:
    """What Etsy said, in whichever of its shapes, cut to a length that fits a log."""
    try:
        body = json.loads(content)
    except ValueError:
        return content[:SENTENCE_CHARACTERS_MAX].decode(errors="replace")
    parts = body if isinstance(body, list) else [body]
    words = [_words(part) for part in parts]
    return "; ".join(words)[:SENTENCE_CHARACTERS_MAX]


def _words(part: Any) -> str:
    if not isinstance(part, dict):
        return str(part)
    said = (part.get(name) for name in ("path", "error", "error_description", "message"))
    return ": ".join(str(one) for one in said if one)


def _odd(name: str, value: Any, wanted: str) -> UnexpectedAnswer:
    return UnexpectedAnswer(
        f"Etsy's answer has {type(value).__name__} where {name!r} must be {wanted}:"
        " nothing is concluded from it"
    )
