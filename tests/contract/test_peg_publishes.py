"""PEG's HTTP API is judged by the document in which it describes itself.

Schemathesis makes requests that the document allows, and others that it does not; each answer must
be documented, and hold what its schema says. Nothing may end as a fault.
"""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest
import pytest_asyncio
import schemathesis
from fastapi.routing import APIRoute
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.specs.openapi.checks import ignored_auth
from tests.support.full_book import fill
from tests.support.web_door import WebDoor, open_web
from tools.api_page import PAGE, page

from peg.db.transaction import begin
from peg.web import api

pytestmark = pytest.mark.asyncio(loop_scope="module")

KEY = {"Authorization": "Bearer key"}
OPEN_TO_ALL = {"/health", "/ready", "/webhooks/shopify", "/webhooks/etsy"}
"""A marketplace signs instead; whether PEG lives is no secret."""

READS = sorted(
    {route.path_format for route in api.routes.routes if isinstance(route, APIRoute)}
    | {"/health", "/ready", "/metrics"}
)
ASKED_FOR = [path for path in READS if "{" not in path]

few = settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


@dataclass(frozen=True, slots=True)
class Published:
    """A full book behind PEG's HTTP side, and the document."""

    door: WebDoor
    document: dict[str, Any]
    schema: schemathesis.schemas.BaseSchema

    async def ask(self, case: Case[Any]) -> httpx2.Response:
        sent = case.as_transport_kwargs(base_url="http://127.0.0.1:8377")
        answer = await self.door.client.request(
            sent["method"], sent["url"], params=sent["params"], headers=dict(case.headers)
        )
        case.validate_response(answer, excluded_checks=[ignored_auth])  # it would ask elsewhere
        return answer

    def responses(self) -> Iterator[tuple[str, str, Any]]:
        """Every documented answer, with its path and status."""
        for path, methods in self.document["paths"].items():
            for operation in methods.values():
                for status, response in operation["responses"].items():
                    yield path, status, response


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def published(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Published]:
    async with open_web(tmp_path_factory.mktemp("published"), PEG_API_TOKEN="key") as door:
        async with begin(door.ground.database) as session:
            await fill(session)
        document = (await door.client.get("/openapi.json")).json()
        yield Published(door, document, schemathesis.openapi.from_dict(document))


async def test_every_route_is_in_the_document_and_is_asked_here(published: Published) -> None:
    assert set(published.document["paths"]) == {*READS, "/webhooks/shopify", "/webhooks/etsy"}


@pytest.mark.parametrize("path", ASKED_FOR)
async def test_a_list_has_something_to_tell_and_tells_it_as_documented(
    published: Published, path: str
) -> None:
    answer = await published.ask(published.schema[path]["GET"].Case(headers=dict(KEY)))

    assert answer.status_code == 200
    assert answer.text != "[]"


@pytest.mark.parametrize("path", READS)
@few
@given(data=st.data())
async def test_what_the_document_allows_is_answered_as_it_says(
    published: Published, path: str, data: st.DataObject
) -> None:
    operation = published.schema[path]["GET"]
    case = data.draw(operation.as_strategy(headers=dict(KEY)))

    answer = await published.ask(case)

    assert answer.status_code in {200, 404}


@pytest.mark.parametrize("path", READS)
@few
@given(data=st.data())
async def test_what_the_document_does_not_allow_is_refused_with_what_to_do(
    published: Published, path: str, data: st.DataObject
) -> None:
    operation = published.schema[path]["GET"]
    if not (operation.query or operation.path_parameters):
        return
    bad = operation.as_strategy(generation_mode=GenerationMode.NEGATIVE, headers=dict(KEY))

    answer = await published.ask(data.draw(bad))

    if answer.status_code != 200:  # a slip may mean something all the same, as `TRUE` does
        assert answer.status_code in {404, 422}
        assert answer.json()["title"].isidentifier()
        assert 20 < len(answer.json()["detail"]) < 400


@pytest.mark.parametrize("path", READS)
async def test_a_route_asks_for_the_owners_key_where_the_document_says_so(
    published: Published, path: str
) -> None:
    operation = published.document["paths"][path]["get"]
    address = path.replace("{sku}", "RING-1")

    nobody = await published.door.client.get(address)
    stranger = await published.door.client.get(
        address, headers={"Authorization": "Bearer strange"}, params={"limit": "0"}
    )

    needs_key = path not in OPEN_TO_ALL
    assert bool(operation.get("security")) is needs_key
    assert {nobody.status_code, stranger.status_code} == {401 if needs_key else 200}


async def test_the_page_of_the_api_tells_what_the_document_describes(published: Published) -> None:
    assert PAGE.read_text() == page(published.document), "write it anew: python -m tools.api_page"


async def test_every_refusal_that_is_documented_is_a_problem(published: Published) -> None:
    problems = [
        response["content"]
        for _, status, response in published.responses()
        if not status.startswith("2")
    ]

    assert {tuple(content) for content in problems} == {("application/problem+json",)}
