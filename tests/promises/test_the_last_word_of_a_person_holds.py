"""An older doubt overrides nothing that a person said since, on neither shop."""

from pathlib import Path

import pytest
from tests.support.little_catalogue import RING
from tests.support.little_shop import LittleShop, open_little_shop

from peg.ledger import counter, questions
from peg.ledger.questions import NoSuchQuestion
from peg.onboarding import answers

pytestmark = pytest.mark.virtual_time


async def counts(shop: LittleShop, pieces: int) -> None:
    async with shop.at_the_counter() as session:
        now = shop.rehearsal.ground.clock.now()
        await counter.count(session, RING, pieces, who="ann", now=now)


async def receives(shop: LittleShop, pieces: int) -> None:
    async with shop.at_the_counter() as session:
        now = shop.rehearsal.ground.clock.now()
        await counter.receive(session, RING, pieces, who="ann", now=now)


async def says_yes(shop: LittleShop, number: int) -> None:
    async with shop.at_the_counter() as session:
        now = shop.rehearsal.ground.clock.now()
        await answers.answer(session, number, "yes", who="ann", now=now)


async def asked_of_another(shop: LittleShop) -> int:
    """Another ring was typed into Shopify, and PEG asks whether it is there."""
    shop.edits("shopify", RING, +1)
    await shop.asks("extra_pieces")
    await shop.until(lambda: shop.shows(RING) == (1, 1))
    return await the_number(shop)


async def the_number(shop: LittleShop) -> int:
    async with shop.at_the_counter() as session:
        (one,) = await questions.open_questions(session)
    return one.id


@pytest.mark.parametrize("told", [counts, receives])
async def test_a_piece_that_was_counted_or_received_is_not_believed_a_second_time(
    tmp_path: Path, told: object
) -> None:
    async with open_little_shop(tmp_path) as shop:
        number = await asked_of_another(shop)

        await (counts(shop, 2) if told is counts else receives(shop, 1))
        with pytest.raises(NoSuchQuestion):
            await says_yes(shop, number)

        await shop.ends_at(RING, 2)


async def test_after_the_answer_a_count_is_the_last_word(tmp_path: Path) -> None:
    async with open_little_shop(tmp_path) as shop:
        number = await asked_of_another(shop)

        await says_yes(shop, number)
        await shop.ends_at(RING, 2)
        await counts(shop, 1)

        await shop.ends_at(RING, 1)


async def test_two_changes_by_hand_are_believed_together(tmp_path: Path) -> None:
    async with open_little_shop(tmp_path) as shop:
        number = await asked_of_another(shop)
        shop.edits("shopify", RING, +2)
        await shop.until(lambda: shop.shows(RING) == (1, 1))

        await says_yes(shop, number)

        await shop.ends_at(RING, 4)
