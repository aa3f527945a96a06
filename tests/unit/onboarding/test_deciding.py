from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.support.jeweller import RING, Jeweller, open_jeweller

from peg.catalog import proposals
from peg.db.transaction import begin, reading
from peg.ledger import queries
from peg.onboarding import answers


@pytest.fixture
async def jeweller(tmp_path: Path) -> AsyncIterator[Jeweller]:
    async with open_jeweller(tmp_path) as jeweller:
        yield jeweller


async def test_the_answer_to_a_disagreement_is_posted_to_the_book(jeweller: Jeweller) -> None:
    jeweller.shopify.show("RING-1", 3)
    jeweller.etsy.show("RING-1", 1)
    await jeweller.imports()
    (question,) = await jeweller.questions()

    async with begin(jeweller.database) as session:
        await answers.answer(session, question.id, "3", who="ann", now=jeweller.clock.now())

    assert (await jeweller.stock()).available == 3
    assert await jeweller.questions() == []
    async with reading(jeweller.database) as session:
        entry = (await queries.history(session, RING))[0]
    assert (entry["cause"], entry["source"]) == ("corrected", "ann")


async def test_an_accepted_proposal_shares_one_stock_from_then_on(jeweller: Jeweller) -> None:
    ours = jeweller.shopify.show("RING-1", 2)
    theirs = jeweller.etsy.show("ring-1", 2)
    jeweller.etsy.sell(theirs)
    jeweller.etsy.later(60)
    await jeweller.imports()
    async with reading(jeweller.database) as session:
        (proposal,) = await proposals.open_proposals(session)

    await jeweller.decider.accept(proposal.id, who="ann")
    await jeweller.importer.take_in_kept(lambda _step, _by: None)

    assert (await jeweller.stock()).available == 1  # Etsy shows 1 less: lower until answered
    assert await jeweller.should_show(ours) == 1
    assert await jeweller.should_show(theirs) == 1
    assert len(await jeweller.questions()) == 1


async def test_a_rejected_proposal_is_decided_once_and_not_asked_again(jeweller: Jeweller) -> None:
    jeweller.shopify.show("RING-1", 2)
    jeweller.etsy.show("ring-1", 2)
    await jeweller.imports()
    async with reading(jeweller.database) as session:
        (proposal,) = await proposals.open_proposals(session)

    await jeweller.decider.reject(proposal.id, who="ann")
    again = await jeweller.imports()

    assert again.proposals == 0
    with pytest.raises(proposals.NoSuchProposal):
        await jeweller.decider.accept(proposal.id, who="ann")
