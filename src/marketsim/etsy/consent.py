"""The consent page and the token endpoint."""

from collections.abc import Awaitable, Callable, Mapping
from html import escape
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from marketsim.broken import BrokenAnswer
from marketsim.etsy.credentials import KEYSTRING, SCOPES, SHOP_NAME
from marketsim.etsy.grants import CHALLENGE
from marketsim.etsy.refusals import Refusal, bad, oauth, written
from marketsim.etsy.shop import Shop

ASKED = (
    "response_type",
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "code_challenge",
    "code_challenge_method",
)
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Practice Etsy: consent</title>
<h1>Practice Etsy</h1><p>An application asks {shop} for access: {scopes}.</p>
<form method="post" action="/oauth/connect">{fields}
<button name="answer" value="grant">Grant access</button>
<button name="answer" value="deny">Deny</button></form></html>"""
FORM = "application/x-www-form-urlencoded"

Endpoint = Callable[[Request], Awaitable[Response]]


def consent_page(shop: Shop) -> Endpoint:
    """GET: a page with a button; with auto=1 the seller says yes at once. POST: the button."""

    async def connect(request: Request) -> Response:
        given = request.query_params if request.method == "GET" else await request.form()
        asked = {name: str(given.get(name, "")) for name in ASKED}
        try:
            _check(shop, asked)
        except Refusal as refusal:
            return HTMLResponse(f"<h1>Refused</h1><p>{escape(str(refusal))}</p>", 400)
        if given.get("answer") == "deny":
            return _back(asked, {"error": "access_denied", "error_description": "denied"})
        if request.method == "GET" and given.get("auto") != "1":
            return HTMLResponse(_page(asked))
        code = shop.grants.consent(
            scopes=asked["scope"].split(),
            redirect_uri=asked["redirect_uri"],
            challenge=asked["code_challenge"],
        )
        return _back(asked, {"code": code})

    return connect


def token_endpoint(shop: Shop) -> Endpoint:
    """Tokens for a code or for a refresh token; form-encoded, no key needed."""

    async def token(request: Request) -> Response:
        shop.tally.called("oauthToken")
        if shop.strikes("connection_dropped"):
            return BrokenAnswer()
        try:
            answer = await _tokens(shop, request)
        except Refusal as refusal:
            return JSONResponse(written(refusal, shop.strikes), refusal.status)
        if shop.strikes("response_lost"):
            return BrokenAnswer()
        return JSONResponse(answer, headers={"cache-control": "no-store"})

    return token


async def _tokens(shop: Shop, request: Request) -> Mapping[str, object]:
    if not request.headers.get("content-type", "").startswith(FORM):
        raise oauth(400, "invalid_request", f"the body must be {FORM}")
    form = {name: str(value) for name, value in (await request.form()).items()}
    client_id = form.get("client_id", "")
    match form.get("grant_type"):
        case "authorization_code":
            return shop.grants.exchange(
                client_id=client_id,
                code=form.get("code", ""),
                verifier=form.get("code_verifier", ""),
                redirect_uri=form.get("redirect_uri", ""),
            )
        case "refresh_token":
            return shop.grants.refresh(
                client_id=client_id, refresh_token=form.get("refresh_token", "")
            )
        case other:
            raise oauth(400, "unsupported_grant_type", f"grant_type {other} is not supported")


def _check(shop: Shop, asked: Mapping[str, str]) -> None:
    scopes = asked["scope"].split()
    rules = (
        (asked["response_type"] == "code", "response_type must be code"),
        (asked["client_id"] == KEYSTRING, "client_id is not a known keystring"),
        (asked["redirect_uri"] in shop.grants.callbacks, "redirect_uri is not registered"),
        (bool(scopes) and set(scopes) <= set(SCOPES), "scope names an unknown scope, or none"),
        (bool(asked["state"]), "state is missing"),
        (asked["code_challenge_method"] == "S256", "code_challenge_method must be S256"),
        (bool(CHALLENGE.match(asked["code_challenge"])), "code_challenge is not a SHA-256"),
    )
    for holds, sentence in rules:
        if not holds:
            raise bad(sentence)


def _back(asked: Mapping[str, str], answer: Mapping[str, str]) -> Response:
    glue = "&" if "?" in asked["redirect_uri"] else "?"
    query = urlencode({**answer, "state": asked["state"]})
    return RedirectResponse(f"{asked['redirect_uri']}{glue}{query}", 302)


def _page(asked: Mapping[str, str]) -> str:
    fields = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in asked.items()
    )
    return PAGE.format(shop=SHOP_NAME, scopes=escape(asked["scope"]), fields=fields)
