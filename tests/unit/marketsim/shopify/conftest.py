from collections.abc import AsyncIterator

import pytest
from tests.support.shopify_schema import admin_contract, is_fetched
from tests.unit.marketsim.shopify.rehearsal import Rehearsal, rehearse


@pytest.fixture
async def shop() -> AsyncIterator[Rehearsal]:
    """Whatever a test makes the shop say is judged by Shopify's schema, where that is fetched."""
    made = await rehearse()
    yield made
    await made.shopify.close()
    await made.http.aclose()
    if is_fetched():
        assert made.overheard.faults(admin_contract) == []
