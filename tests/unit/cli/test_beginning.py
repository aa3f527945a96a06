"""Where PEG knows of nothing yet, the next command is named."""

from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncSession
from tests.support.bench import ETSY
from tests.support.command_line import peg, seed
from tests.support.shops import APP, key_ring, shop

from peg.shops import directory

EMPTY = [["offers"], ["offers", "--behind"], ["match"], ["match", "list", "--rejected"]]


async def a_shop_is_connected(session: AsyncSession) -> None:
    await directory.store(session, key_ring(), shop(ETSY), APP)


@pytest.mark.parametrize("words", EMPTY, ids=" ".join)
def test_where_no_shop_is_connected_the_command_for_that_is_named(
    tmp_path: Path, words: list[str]
) -> None:
    told = peg(tmp_path, *words).out

    assert told == "no shop yet: `peg connect shopify`, `peg connect etsy`\n"
    assert peg(tmp_path, *words, "--json").facts == []


@pytest.mark.parametrize("words", EMPTY, ids=" ".join)
def test_where_nothing_was_read_from_the_shops_the_import_is_named(
    tmp_path: Path, words: list[str]
) -> None:
    seed(tmp_path, a_shop_is_connected)

    told = peg(tmp_path, *words).out

    assert told == "no offers yet: `peg import` reads the connected shops\n"
