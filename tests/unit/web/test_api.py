import asyncio
from base64 import b64encode
from pathlib import Path

import pytest
from tests.support.clocks import MONDAY_NOON
from tests.support.command_line import peg
from tests.support.loose_offers import STONEFIELD, loose_offers
from tests.support.web_door import WebDoor, open_web

from peg.catalog import items
from peg.catalog.items import Item
from peg.db.transaction import begin
from peg.domain.identity import MAIN, Sku
from peg.domain.stock import Cause
from peg.ledger import book
from peg.ledger.book import Posting

RING = Sku("RING/1-A")
HISTORY = f"/api/stock/{RING}/history"
READS = (
    *("/api/stock", "/api/holds", "/api/low-stock", "/api/orders", "/api/orders/unresolved"),
    "/api/orders/unread",
    *(
        "/api/offers",
        "/api/shops",
        "/api/drift",
        "/api/drift/kept",
        "/api/writes",
        "/api/cases",
        "/api/questions",
    ),
    *("/api/pairs", "/api/limits", "/api/pauses", "/api/dead", "/api/imports"),
)


NEVER_EMPTY = ("/api/places", "/api/doctor")


async def keep_a_ring(door: WebDoor) -> None:
    ring = Item(sku=RING, name="Ruby ring", one_of_a_kind=True)
    posting = Posting(
        sku=RING,
        location=MAIN,
        on_hand=1,
        cause=Cause.BASELINE,
        source="import",
        reference="",
        happened_at=MONDAY_NOON,
    )
    async with begin(door.ground.database) as session:
        await items.open_all(session, [ring], now=MONDAY_NOON)
        await book.post(session, [posting], now=MONDAY_NOON)


async def test_stock_is_told_as_the_command_line_tells_it(tmp_path: Path) -> None:
    async with open_web(tmp_path) as door:
        await keep_a_ring(door)

        page = (await door.client.get("/api/stock")).json()
        piece = (await door.client.get(f"/api/stock/{RING}")).json()

    assert [(row["sku"], row["available"]) for row in page] == [(RING, 1)]
    assert piece["places"]["main"]["on_hand"] == 1


async def test_the_past_can_be_asked_for_with_a_zone_and_only_so(tmp_path: Path) -> None:
    async with open_web(tmp_path) as door:
        await keep_a_ring(door)
        history = f"/api/stock/{RING}/history"

        now = (await door.client.get(history)).json()
        before = (await door.client.get(history, params={"at": "2026-01-01T00:00:00Z"})).json()
        zoneless = await door.client.get(history, params={"at": "2026-01-01T00:00:00"})

    assert now["level"]["available"] == 1
    assert before["level"]["available"] == 0
    assert before["entries"] == []
    assert (zoneless.status_code, zoneless.json()["title"]) == (422, "NoTimezone")


async def test_what_does_not_exist_is_a_problem_that_says_what_to_do(tmp_path: Path) -> None:
    async with open_web(tmp_path) as door:
        answer = await door.client.get("/api/stock/RING-9")
        nowhere = await door.client.get("/api/moon")
        nonsense = await door.client.get("/api/stock", params={"limit": "many"})

    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["title"] == "UnknownSku"
    assert "peg stock" in answer.json()["detail"]
    assert nowhere.status_code == 404
    assert (nonsense.status_code, nonsense.json()["title"]) == (422, "BadRequest")


async def problem_of_what_waits(home: Path, ask: str) -> tuple[int, dict[str, str]]:
    async with open_web(home) as door:
        async with begin(door.ground.database) as session:
            await loose_offers(session)
        answer = await door.client.get(ask)
        return answer.status_code, answer.json()


@pytest.mark.parametrize("ask", ["stock/BANG-4", "stock/BANG-4/history", "writes?sku=BANG-4"])
def test_a_sku_whose_offers_wait_is_told_as_the_command_line_tells_it(
    tmp_path: Path, ask: str
) -> None:
    status, problem = asyncio.run(problem_of_what_waits(tmp_path, f"/api/{ask}"))

    typed = peg(tmp_path, "stock", "BANG-4", "--json")
    assert (status, problem["title"]) == (404, "UnknownSku")
    assert problem["detail"] == typed.refusal["sentence"]
    assert f"on {STONEFIELD} carries it and is not matched" in problem["detail"]


@pytest.mark.parametrize("path", READS)
async def test_every_read_answers_on_an_empty_book(tmp_path: Path, path: str) -> None:
    async with open_web(tmp_path) as door:
        answer = await door.client.get(path)

    assert answer.status_code == 200
    assert answer.json() == []


@pytest.mark.parametrize("path", NEVER_EMPTY)
async def test_places_and_the_doctor_always_have_something_to_say(
    tmp_path: Path, path: str
) -> None:
    async with open_web(tmp_path) as door:
        answer = await door.client.get(path)

    assert answer.status_code == 200
    assert answer.json()


@pytest.mark.parametrize(
    ("asked", "status", "title"),
    [
        ("/api/offers?shop=etsy:1", 404, "UnknownShop"),
        ("/api/offers?sku=NO-SUCH", 404, "UnknownSku"),
        ("/api/stock/NO-SUCH", 404, "UnknownSku"),
        ("/api/offers?limit=0", 422, "BadRequest"),
        ("/api/offers?limit=1001", 422, "BadRequest"),
        ("/api/offers?after=-5", 422, "BadRequest"),
        ("/api/offers?after=0", 422, "BadRequest"),
        ("/api/offers?after=99999999999999999999", 422, "BadRequest"),
        ("/api/offers?shop=%00", 404, "UnknownShop"),
        ("/api/offers?sku=", 422, "BadSku"),
        ("/api/stock?after=-5", 422, "BadSku"),
        ("/api/stock?after=%00", 422, "BadSku"),
        ("/api/stock?after=", 422, "BadSku"),
        ("/api/stock?lmit=5", 422, "UnknownParameter"),
        ("/api/places?limit=5", 422, "UnknownParameter"),
        ("/api/stock?limit=1&limit=2", 422, "RepeatedParameter"),
        ("/api/stock/%00", 422, "BadSku"),
        ("/api/stock/" + "A" * 5_000, 422, "BadSku"),
        (f"{HISTORY}?at=9999-12-31T23:59:59-12:00", 422, "BadMoment"),
        (f"{HISTORY}?at=0001-01-01T00:00:00%2B12:00", 422, "BadMoment"),
        (f"{HISTORY}?at=1764000000", 422, "BadMoment"),
        (f"{HISTORY}?at=", 422, "BadMoment"),
        (f"{HISTORY}?after=-1", 422, "BadRequest"),
        ("/api/moon", 404, "NotServed"),
    ],
)
async def test_what_is_not_there_and_what_is_too_much_is_named(
    tmp_path: Path, asked: str, status: int, title: str
) -> None:
    async with open_web(tmp_path) as door:
        answer = await door.client.get(asked)

    assert (answer.status_code, answer.json()["title"]) == (status, title)
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert 20 < len(answer.json()["detail"]) < 300


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ("/api/offers?after=zzz", "after takes a whole number, not 'zzz'; or leave it out"),
        ("/api/offers?after=0", "after takes a whole number from 1 upward, not '0'; or leave it"),
        ("/api/offers?limit=many", "limit takes a whole number, not 'many'"),
        ("/api/offers?limit=1001", "limit takes a whole number up to 1000, not '1001'"),
        ("/api/cases/one", "takes a whole number, not 'one'"),
    ],
)
async def test_a_parameter_that_cannot_be_is_refused_in_plain_words(
    tmp_path: Path, asked: str, sentence: str
) -> None:
    async with open_web(tmp_path) as door:
        answer = await door.client.get(asked)

    assert answer.status_code == 422
    assert sentence in answer.json()["detail"]
    assert answer.json()["detail"].count("after") <= 1


async def test_a_method_that_is_none_here_is_refused_with_the_one_that_is(tmp_path: Path) -> None:
    async with open_web(tmp_path) as door:
        answer = await door.client.delete("/api/stock")

    assert (answer.status_code, answer.headers["allow"]) == (405, "GET")
    assert "use GET" in answer.json()["detail"]


async def test_the_api_describes_itself(tmp_path: Path) -> None:
    async with open_web(tmp_path) as door:
        described = (await door.client.get("/openapi.json")).json()["paths"]

    for path in (*READS, *NEVER_EMPTY, "/api/stock/{sku}", "/api/stock/{sku}/history", "/api/live"):
        assert "200" in described[path]["get"]["responses"]


@pytest.mark.parametrize("path", ["/", "/connect", "/metrics", "/api/live", *READS, *NEVER_EMPTY])
async def test_another_machine_reads_nothing_without_the_token(tmp_path: Path, path: str) -> None:
    async with open_web(tmp_path, caller="192.168.1.7") as door:
        answer = await door.client.get(path)

    assert (answer.status_code, answer.json()["title"]) == (401, "NotAllowed")
    assert answer.headers["www-authenticate"].startswith("Basic")


@pytest.mark.parametrize(
    ("address", "headers"),
    [
        ("http://evil.example.com", {}),  # a stranger's name that resolves to this machine
        ("http://127.0.0.1:8377", {"X-Forwarded-For": "1.2.3.4"}),  # passed on by a proxy
        ("http://127.0.0.1:8377", {"Host": "[::1"}),  # no address at all
        ("http://127.0.0.1:8377", {"Host": ""}),
    ],
)
async def test_a_request_that_only_looks_local_reads_nothing(
    tmp_path: Path, address: str, headers: dict[str, str]
) -> None:
    async with open_web(tmp_path, address=address, headers=headers) as door:
        assert (await door.client.get("/api/stock")).status_code == 401


@pytest.mark.parametrize(
    ("authorization", "status"),
    [
        ("Bearer right", 200),
        ("bearer right", 200),
        (f"Basic {b64encode(b'ann:right').decode()}", 200),  # as a browser asks for it
        (f"Basic {b64encode(b'right:wrong').decode()}", 401),
        (f"Basic {b64encode(b'right').decode()}", 401),
        ("Basic cmlnaHQ", 401),  # cut off
        ("Bearer wrong", 401),
        ("right", 401),
        ("", 401),
    ],
)
async def test_with_a_token_set_only_its_holder_reads_from_wherever(
    tmp_path: Path, authorization: str, status: int
) -> None:
    headers = {"Authorization": authorization}
    async with open_web(
        tmp_path, caller="192.168.1.7", headers=headers, PEG_API_TOKEN="right"
    ) as door:
        assert (await door.client.get("/api/stock")).status_code == status


async def test_anybody_may_ask_whether_peg_lives_and_learns_nothing_else(tmp_path: Path) -> None:
    async with open_web(tmp_path, caller="192.168.1.7") as door:
        alive = await door.client.get("/health")
        ready = await door.client.get("/ready")

    assert alive.json() == {"status": "alive"}
    assert ready.json() == {"status": "ready"}


async def test_the_owner_reads_what_was_measured(tmp_path: Path) -> None:
    async with open_web(tmp_path) as door:
        measured = await door.client.get("/metrics")

    assert "peg_webhooks_total" in measured.text
