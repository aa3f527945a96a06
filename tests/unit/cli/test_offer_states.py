"""The state of an offer that is behind says whose turn it is, and what happens next."""

import pytest

from peg.cli.offer_states import state_of
from peg.domain.identity import OfferId, ShopId
from peg.propagation import outcomes
from peg.reads.offers import OfferRow

ROW = OfferRow(
    id=OfferId(1),
    shop=ShopId("etsy:1"),
    listing="22",
    variant="",
    title="Opal ring",
    options={},
    sku_as_typed="RING-1",
    parts=[],
    price="180.00 USD",
    shown={"": 0},
    found_at=None,
    shelf="listed",
    target={"": 1},
    why=[],
    connected=True,
    stopped=None,
    in_step=False,
    refused=False,
    question=None,
    tries=0,
    tracked=True,
    oversells=False,
    parked=False,
    gone=False,
    changed_at=None,
    last_outcome=None,
)


def tried(outcome: str) -> dict[str, object]:
    return {"tries": 2, "last_outcome": outcome}


PEGS_TURN = [
    ({}, "on its way (next)"),
    (tried("no answer"), "on its way (tried in vain: no answer)"),
    (tried(outcomes.ANOTHER_WRITE), "on its way"),
    (tried(outcomes.MAY_RETURN), "waits a moment: the shop may put a cancelled piece back"),
    (tried(outcomes.UNPROVED), "waits for its proof"),
    ({"shown": {"": 1}}, "as it should be: PEG looks once more"),
]

SOMEBODYS_TURN = [
    ({"stopped": "paused: `peg resume etsy`"}, "waits, paused: `peg resume etsy`"),
    ({"refused": True, "last_outcome": "locked"}, "refused there (locked): mend it"),
    ({"question": 7, **tried("x")}, "waits for your answer to question 7: `peg questions`"),
    (tried(outcomes.HELD), "waits for your answer about its shop: `peg questions`"),
    (tried(outcomes.COSTS_A_FEE), "sold out there, and a fee puts it back on sale: renew it"),
]


@pytest.mark.parametrize(("row", "words"), [*PEGS_TURN, *SOMEBODYS_TURN])
def test_it_says_whose_turn_it_is(row: dict[str, object], words: str) -> None:
    state = state_of(ROW.model_copy(update=row), running=True)

    assert state.startswith(words)
    assert state.startswith("on its way") is words.startswith("on its way")


@pytest.mark.parametrize(("row", "words"), PEGS_TURN)
def test_nothing_is_on_its_way_where_nobody_runs(row: dict[str, object], words: str) -> None:
    state = state_of(ROW.model_copy(update=row), running=False)

    assert state.startswith("waits, since nobody runs PEG: `peg run`, or once `peg push`")
    assert not state.startswith(words)


@pytest.mark.parametrize(("row", "words"), SOMEBODYS_TURN)
def test_what_waits_for_a_person_waits_whoever_runs(row: dict[str, object], words: str) -> None:
    assert state_of(ROW.model_copy(update=row), running=False).startswith(words)


def test_what_shows_its_target_says_only_why_that_is_lower_than_the_stock() -> None:
    row = ROW.model_copy(update={"in_step": True, "why": ["one is kept back"]})

    assert state_of(row, running=False) == "one is kept back"
