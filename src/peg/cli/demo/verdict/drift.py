"""Read every offer afresh: which show something else than their target, and why not yet."""

from collections.abc import Mapping
from typing import Any

from peg.catalog import offers
from peg.catalog.offers import Offer
from peg.db.transaction import reading
from peg.domain.identity import OfferId
from peg.domain.offer import Reading, Target
from peg.ledger import questions
from peg.propagation import board
from peg.propagation.board import Standing
from peg.wiring.engine import Engine


async def drift(engine: Engine) -> dict[str, Any]:
    """How many were read, which are wrong, and which a question keeps low."""
    async with reading(engine.ground.database) as session:
        known = {offer.id: offer for offer in await offers.everything(session) if not offer.gone}
        standings = await board.standings(session, list(known))
        asked = {question.subject for question in await questions.open_questions(session)}
    readings: dict[OfferId, Reading] = {}
    for shop, door in engine.shops.items():
        mine = {known[key].ref: key for key in standings if known[key].ref.shop == shop}
        for ref, seen in (await door.marketplace.read(list(mine))).items():
            if ref in mine:  # what stands beside it comes along
                readings[mine[ref]] = seen
    wrong = [
        difference(known[key], standing, readings[key])
        for key, standing in standings.items()
        if not shows(standing.target, readings[key])
    ]
    held = [one for one in wrong if is_asked(one, asked)]
    return {
        "checked": len(standings),
        "offers": [one for one in wrong if one not in held],
        "kept_by_a_question": held,
    }


def shows(target: Target, seen: Reading) -> bool:
    """Whether a reading is what the target asks for, at every place."""
    shown = seen.shown()
    return all(shown.get(place, 0) == pieces for place, pieces in target.quantities.items())


def difference(offer: Offer, standing: Standing, seen: Reading) -> dict[str, Any]:
    """What somebody needs to know of an offer that shows something else."""
    return {
        "offer": offer.id,
        "shop": offer.ref.shop,
        "title": offer.title,
        "skus": [part.sku for part in offer.components],
        "target": dict(standing.target.quantities),
        "shows": seen.shown(),
        "shelf": seen.shelf.value,
        "parked": offer.parked,
        "last": standing.last_outcome,
    }


def is_asked(one: Mapping[str, Any], asked: set[str]) -> bool:
    """Under an open question the lower figure stands; what a person took off sale stays off."""
    lower = sum(one["shows"].values()) <= sum(one["target"].values())
    return lower and (
        one["parked"] or str(one["offer"]) in asked or any(sku in asked for sku in one["skus"])
    )
