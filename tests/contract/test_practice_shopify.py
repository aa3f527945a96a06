"""What the practice Shopify says is what Shopify's published schemas allow."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from graphql import build_client_schema, parse, print_schema
from tests.contract.visits_to_shopify import VISITS, Visit
from tests.support.shopify_schema import (
    admin_contract,
    admin_schema,
    answered_operations,
    operations_in,
    validate_operation,
)
from tests.support.webhook_schemas import shopify_letter_faults
from tests.unit.marketsim.shopify.rehearsal import Rehearsal, operations, rehearse
from tools.prune_shopify_schema import fetch_introspection, prune

from marketsim.shopify.credentials import CLIENT_SECRET
from marketsim.shopify.schema import admin_schema as shops_own_schema
from peg.marketplaces.shopify.webhooks import TOPICS as PEG_TOPICS

ROOT = Path(__file__).parents[2]
DOCUMENTS = [*ROOT.glob("src/peg/**/*.graphql"), *ROOT.glob("tools/*.graphql")]


@pytest.fixture
async def shop() -> AsyncIterator[Rehearsal]:
    """Whatever passes here is judged at the end."""
    made = await rehearse()
    yield made
    await made.shopify.close()
    await made.http.aclose()
    told = [it for hook in made.hooks for it in shopify_letter_faults(hook, secret=CLIENT_SECRET)]
    assert [*made.overheard.faults(admin_contract), *told] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_document_is_valid_in_the_whole_schema(document: Path) -> None:
    assert validate_operation(document.read_text()) == []


@pytest.mark.parametrize("visit", VISITS, ids=lambda visit: visit.__name__)
async def test_a_visit_hears_only_what_is_published(shop: Rehearsal, visit: Visit) -> None:
    await visit(shop)

    assert shop.overheard.exchanges


async def test_every_operation_is_visited_every_root_field_and_every_topic_that_peg_takes() -> None:
    visited: dict[str, frozenset[str]] = {}
    told: set[str] = set()
    for visit in VISITS:
        shop = await rehearse()
        await visit(shop)
        await shop.shopify.close()
        visited |= answered_operations(shop.overheard.exchanges)
        told |= {hook.headers["x-shopify-topic"] for hook in shop.hooks}

    schema = shops_own_schema()
    roots = (schema.query_type, schema.mutation_type)
    known = {name for root in roots if root is not None for name in root.fields}
    assert visited.keys() == operations_in(operations()).keys()
    assert known - frozenset().union(*visited.values()) == set()
    assert set(PEG_TOPICS) - told == set()


def test_the_shops_schema_is_cut_from_the_whole_one() -> None:
    admin_schema()  # skips where it is not fetched
    whole = build_client_schema(fetch_introspection(), assume_valid=True)
    documents = [parse(path.read_text()) for path in DOCUMENTS]

    committed = (ROOT / "src" / "marketsim" / "shopify" / "schema.graphql").read_text()
    assert print_schema(prune(whole, documents)) + "\n" == committed
