"""What the jeweller of a demo sees before she says anything."""

from collections.abc import AsyncIterator

import pytest
from tests.support.open_world import control_of, open_practice_world

from marketsim.world import World
from peg.cli.demo.drawer import QUIET, look
from peg.cli.demo.practice import Control


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with open_practice_world() as opened:
        yield opened


@pytest.fixture
async def control(world: World) -> AsyncIterator[Control]:
    async with control_of(world) as control:
        yield control


async def test_a_piece_that_somebody_just_took_is_not_quiet_before_all_is_told(
    world: World, control: Control
) -> None:
    piece = world.catalogue.pieces[0].id
    fresh = await look(control)
    left = world.in_person(piece, -1)
    at_once = await look(control)
    world.clock.advance(QUIET.total_seconds() + 1)
    later = await look(control)

    assert fresh.is_untouched(piece)
    assert not at_once.is_quiet(piece)
    assert later.is_quiet(piece)
    assert not later.is_untouched(piece)
    assert later.unsold(piece) == left


async def test_what_a_hand_has_typed_over_could_be_the_piece_that_she_sells(
    world: World, control: Control
) -> None:
    market = world.market("shopify")
    unit, ((piece, _),) = next(
        (unit, parts)
        for unit, parts in sorted(market.units().items())
        if len(parts) == 1 and market.buyable(unit) in range(1, 99)
    )
    market.edit_stock(unit, delta=-1)
    world.clock.advance(3600)

    assert not (await look(control)).is_quiet(piece)


async def test_she_knows_which_pieces_sets_take_too(world: World, control: Control) -> None:
    parts = [one for one in world.market("etsy").units().values() if len(one) > 1]

    drawer = await look(control)

    assert all(drawer.is_in_a_set(piece) for one in parts for piece, _ in one)
    singles = {piece.id for piece in world.catalogue.pieces} - {
        piece
        for market in world.practices.values()
        for one in market.market.units().values()
        if len(one) > 1
        for piece, _ in one
    }
    assert singles
    assert not any(drawer.is_in_a_set(piece) for piece in singles)
