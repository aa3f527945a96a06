"""Etsy's refusals, in the three shapes it uses."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any


class Refusal(Exception):
    """An answer other than success: status and JSON body."""

    def __init__(self, status: int, body: Any) -> None:
        super().__init__(f"{status}: {body}")
        self.status = status
        self.body = body


@dataclass(frozen=True, slots=True)
class Problem:
    """One wrong place in a body: `path` such as products.0.sku."""

    path: str
    message: str
    type: str = "invalid"


def refused(status: int, sentence: str) -> Refusal:
    """The usual shape, `{error}`."""
    return Refusal(status, {"error": sentence})


def bad(sentence: str) -> Refusal:
    """400."""
    return refused(400, sentence)


def not_found(what: str) -> Refusal:
    """404."""
    return refused(404, f"Could not find {what}")


def oauth(status: int, error: str, description: str) -> Refusal:
    """The shape of OAuth, `{error, error_description}`."""
    return Refusal(status, {"error": error, "error_description": description})


def written(refusal: Refusal, strikes: Callable[[str], bool]) -> Any:
    """A refusal's body: OAuth's shape stays its own, unless that trap is off."""
    body = refusal.body
    special = isinstance(body, dict) and "error_description" in body
    if not special or strikes("oauth_errors"):
        return body
    return {"error": f"{body['error']}: {body['error_description']}"}


def misshapen(problems: Sequence[Problem], *, listed: bool) -> Refusal:
    """400 for a body of the wrong shape: a list of places, or one sentence."""
    if listed:
        return Refusal(
            400, [{"path": p.path, "type": p.type, "message": p.message} for p in problems]
        )
    return bad("; ".join(f"{p.path}: {p.message}" for p in problems))
