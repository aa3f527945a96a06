from collections.abc import AsyncIterator

import pytest
from tests.unit.marketsim.shopify.rehearsal import Rehearsal, rehearse


@pytest.fixture
async def shop() -> AsyncIterator[Rehearsal]:
    made = await rehearse()
    yield made
    await made.shopify.close()
    await made.http.aclose()
