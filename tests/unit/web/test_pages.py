from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.support.live_moment import NOW, moment, shop
from tests.support.web_door import open_web

from peg.domain.identity import Channel
from peg.reads.live import Live, LiveShop
from peg.reads.not_kept import Few
from peg.web.live import render

PAGES = ["/", "/connect"]
SHOPIFY = {"shop": "gems", "client_id": "id", "client_secret": "secret"}
HERE = {"origin": "http://127.0.0.1:8377"}


class Page(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [found for name, found in self.tags if name == tag]


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_loads_nothing_from_elsewhere(tmp_path: Path, path: str) -> None:
    async with open_web(tmp_path) as door:
        answer = await door.client.get(path)
        page = Page(answer.text)
        sources = [
            one.get("src") or one.get("href") for tag in ("script", "link") for one in page.all(tag)
        ]

        assert sources
        for source in sources:
            assert source is not None
            assert source.startswith("/static/")
            assert (await door.client.get(source)).status_code == 200
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert not [one for _, one in page.tags if any(name.startswith("on") for name in one)]


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_can_be_used_without_seeing_it(tmp_path: Path, path: str) -> None:
    async with open_web(tmp_path) as door:
        page = Page((await door.client.get(path)).text)

    assert page.all("html")[0]["lang"] == "en"
    assert len(page.all("h1")) == 1
    assert all(one.get("scope") for one in page.all("th"))
    assert len(page.all("caption")) == len(page.all("table"))
    labelled = {one["for"] for one in page.all("label")}
    assert {one["id"] for one in page.all("input")} == labelled
    assert page.all("a")[0]["href"] == "#main"


@pytest.mark.parametrize("path", ["/static/..%2Fapp.py", "/static/live.html", "/static/no.js"])
async def test_only_the_pages_own_files_are_served(tmp_path: Path, path: str) -> None:
    async with open_web(tmp_path) as door:
        assert (await door.client.get(path)).status_code == 404


def drawn(of: Live) -> str:
    """The live page's text as it stands between the tags."""
    return bytes(render("live.html", here="/", moment=of).body).decode()


def test_a_piece_may_be_called_anything() -> None:
    page = drawn(moment(name="<script>alert(1)</script> & ring, gold"))

    assert len(Page(page).all("script")) == 1
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; ring" in page


@pytest.mark.parametrize(
    ("shops", "words"),
    [
        ([shop(Channel.ETSY, paused="stocktaking")], "Paused, nothing is written: stocktaking"),
        ([shop(Channel.ETSY, status="revoked")], "Revoked."),
        ([shop(Channel.ETSY)], "Connected, 2 offers on the way"),
        ([shop(Channel.SHOPIFY)], "Not connected."),
    ],
)
def test_the_page_says_how_each_shop_stands(shops: list[LiveShop], words: str) -> None:
    assert words in drawn(moment(shops=shops))


def test_a_sale_of_what_is_mapped_to_no_item_has_its_own_title() -> None:
    of = moment()
    of.sales[0] = of.sales[0].model_copy(update={"pieces": {}, "unmapped": {"Opal drop, 9K": 1}})

    page = drawn(of)

    assert "<h3>Opal drop</h3>" in page
    assert "Not sure yet which piece this is" in page
    assert "<h3>#1</h3>" not in page


@pytest.mark.parametrize(("pieces", "is_said"), [(503, True), (547, False)])
def test_why_the_figures_of_book_and_shops_differ_is_said_where_they_do(
    pieces: int, *, is_said: bool
) -> None:
    sides = [shop(channel).model_copy(update={"pieces": pieces}) for channel in Channel]

    page = drawn(moment(shops=sides))

    assert ("The figures differ" in page) is is_said


def test_the_page_names_what_waits_to_be_matched() -> None:
    of = moment(shops=[shop(Channel.ETSY).model_copy(update={"behind": 0, "not_kept": 5})])
    waits = {
        "open_pairs": Few(count=1, names=["Opal drop"]),
        "not_kept": Few(count=4, names=["Onyx cuff", "Jade bangle", "Gift card"]),
    }

    page = drawn(of.model_copy(update=waits))

    assert "Connected, in step but for 5 offers" in page
    assert "1 pair may be one piece" in page
    assert "until you say (Opal drop): <code>peg match</code>" in page
    assert "4 offers are not kept in step (Onyx cuff; Jade bangle; Gift card; …)" in page


def test_a_piece_that_was_sold_twice_stands_out() -> None:
    assert '<div class="trouble"><dt>left</dt><dd>\u22121</dd></div>' in drawn(moment(available=-1))


async def test_a_moment_can_be_had_as_json(tmp_path: Path) -> None:
    async with open_web(tmp_path) as door:
        moment = (await door.client.get("/api/live")).json()

    assert (moment["items"], moment["sales"], moment["shops"]) == (0, [], [])


async def test_connecting_shopify_sends_this_browser_away_with_a_state_of_its_own(
    tmp_path: Path,
) -> None:
    async with open_web(tmp_path) as door:
        answer = await door.client.post("/connect/shopify", data=SHOPIFY, headers=HERE)

    away = urlsplit(answer.headers["location"])
    query = parse_qs(away.query)
    cookie = answer.headers["set-cookie"]
    assert answer.status_code == 303
    assert away.hostname == "gems.myshopify.com"
    assert query["redirect_uri"] == ["http://127.0.0.1:8377/connect/shopify/callback"]
    assert len(query["state"][0]) > 40
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "secret" not in answer.headers["location"].replace("client_secret", "")


@pytest.mark.parametrize(
    ("environment", "form"),
    [
        ({}, "http://127.0.0.1:8377/connect"),
        ({"PEG_HOST": "::"}, "http://127.0.0.1:8377/connect"),
        ({"PEG_PUBLIC_URL": "https://peg.example.com"}, "https://peg.example.com/connect"),
    ],
)
async def test_the_form_is_shown_where_the_shops_send_the_browser_back_to(
    tmp_path: Path, environment: dict[str, str], form: str
) -> None:
    """The cookie that binds it to its browser goes to no other address."""
    opened = {"caller": "127.0.0.1", "address": "http://localhost:8377"}
    async with open_web(tmp_path, headers=None, **opened, **environment) as door:
        answer = await door.client.get("/connect")

    assert (answer.status_code, answer.headers["location"]) == (303, form)


async def test_connecting_etsy_sends_along_a_challenge_and_never_the_verifier(
    tmp_path: Path,
) -> None:
    form = {"keystring": "key", "shared_secret": "shared"}
    async with open_web(tmp_path) as door:
        answer = await door.client.post("/connect/etsy", data=form, headers=HERE)

    query = parse_qs(urlsplit(answer.headers["location"]).query)
    assert query["code_challenge_method"] == ["S256"]
    assert "shared" not in answer.headers["location"].replace("shared_secret", "")


@pytest.mark.parametrize("origin", ["https://evil.example.com", "null", "", "http://[::1"])
async def test_a_form_sent_by_another_site_connects_nothing(tmp_path: Path, origin: str) -> None:
    async with open_web(tmp_path) as door:
        answer = await door.client.post(
            "/connect/shopify", data=SHOPIFY, headers={"origin": origin}
        )

    assert answer.status_code == 403
    assert "this form was sent from another site: open /connect yourself" in answer.text


async def test_a_shop_that_is_none_is_refused_on_the_page(tmp_path: Path) -> None:
    form = {**SHOPIFY, "shop": "x.myshopify.com.evil.com"}
    async with open_web(tmp_path) as door:
        answer = await door.client.post("/connect/shopify", data=form, headers=HERE)

    assert answer.status_code == 400
    assert "NAME.myshopify.com" in answer.text


@pytest.mark.parametrize(
    ("form", "says"),
    [
        ({}, "fill in Shop and Client id and Client secret"),
        ({"client_id": ""}, "fill in Client id:"),
        ({"shop": " "}, "fill in Shop:"),
        ({"client_secret": "s" * 301}, "Client secret is too long"),
    ],
    ids=str,
)
async def test_a_form_that_is_not_filled_in_is_refused_on_the_page(
    tmp_path: Path, form: dict[str, str], says: str
) -> None:
    async with open_web(tmp_path) as door:
        data = {**SHOPIFY, **form} if form else {}
        answer = await door.client.post("/connect/shopify", data=data, headers=HERE)

    assert (answer.status_code, answer.headers["content-type"][:9]) == (400, "text/html")
    assert says in answer.text


async def test_etsys_form_names_what_it_lacks(tmp_path: Path) -> None:
    async with open_web(tmp_path) as door:
        answer = await door.client.post("/connect/etsy", data={"keystring": "k"}, headers=HERE)

    assert (answer.status_code, "fill in Shared secret:" in answer.text) == (400, True)


@pytest.mark.parametrize("back", ["/connect/shopify/callback", "/connect/etsy/callback"])
async def test_a_forged_or_repeated_way_back_connects_nothing(tmp_path: Path, back: str) -> None:
    async with open_web(tmp_path) as door:
        answer = await door.client.get(back, params={"state": "forged", "code": "c", "hmac": "0"})
        shops = (await door.client.get("/api/shops")).json()

    assert answer.status_code == 400
    assert "begin it again" in answer.text
    assert shops == []


async def test_the_way_back_belongs_to_the_browser_that_began(tmp_path: Path) -> None:
    async with open_web(tmp_path) as door:
        begun = await door.client.post("/connect/shopify", data=SHOPIFY, headers=HERE)
        state = parse_qs(urlsplit(begun.headers["location"]).query)["state"][0]
        door.client.cookies.clear()
        answer = await door.client.get(
            "/connect/shopify/callback", params={"state": state, "code": "c"}
        )

    assert answer.status_code == 400
    assert "another browser" in answer.text


def test_what_was_on_another_day_says_which() -> None:
    """A shop that is dark since Saturday must not look as if it were read a moment ago."""
    dark = shop(Channel.ETSY).model_copy(update={"orders_read_at": NOW - timedelta(days=2)})
    page = drawn(moment(shops=[shop(Channel.SHOPIFY), dark]))

    assert "14:03:00 UTC" in page
    assert "21 Nov 2026, 14:03 UTC" in page
