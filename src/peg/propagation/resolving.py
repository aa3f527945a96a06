"""A person decides a case: who keeps the pieces, who does not, and how each order is given up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy.ext.asyncio import AsyncSession

from peg.db.transaction import require_transaction
from peg.domain.claim import Claim, Policy, Proposal, Stands, propose
from peg.domain.errors import ErrorKind, PegError
from peg.domain.identity import ShopId, Sku
from peg.domain.near import quoted
from peg.ledger import cancellations, claims, queries, reservations
from peg.ledger.cancellations import Cancellation, Gives
from peg.propagation.giving_up import GivenUp, give_up
from peg.propagation.pauses import go_on
from peg.shops import directory


class CaseClosed(PegError):
    """There is nothing to decide about a case any more."""

    kind: ClassVar[ErrorKind] = "conflict"

    def __init__(self, case: Mapping[str, Any]) -> None:
        super().__init__(f"case {case['id']} is closed already: {case['note']}")


class UnknownClaim(PegError):
    """An order that does not wait for the pieces of a case."""

    kind: ClassVar[ErrorKind] = "missing"

    def __init__(self, typed: str, waiting: Sequence[Claim]) -> None:
        there_are = ", ".join(one.name for one in waiting) or "none"
        super().__init__(
            f"{quoted(typed)} names no one order that waits for its piece: there are {there_are};"
            " where two shops call one the same, name it by its shop and its id, as `peg cases show"
            " CASE --json` does"
        )


class NotClear(PegError):
    """It is not said which order loses, or it cannot be one that is known."""

    kind: ClassVar[ErrorKind] = "refused"


class GivenUpAlready(PegError):
    """An order is to be kept that its shop was asked to cancel."""

    kind: ClassVar[ErrorKind] = "conflict"

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name} was given up already, and its shop asked to cancel it: see `peg orders`"
        )


class NotGivenUp(PegError):
    """An order that nobody gave up in a case."""

    kind: ClassVar[ErrorKind] = "missing"

    def __init__(self, typed: str, case: int) -> None:
        super().__init__(
            f"{quoted(typed)} names no order that was given up in case {case}: `peg cases show"
            f" {case}` lists them"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a person's word about a case comes to."""

    case: int
    sku: Sku
    keep: Sequence[Claim]
    give_up: Sequence[GivenUp]


async def plan(session: AsyncSession, number: int, keep: Sequence[str], *, policy: Policy) -> Plan:
    """What is to be done so that these orders have their pieces. Nothing is changed.

    Raises:
        UnknownCase: no such case.
        CaseClosed: it is over.
        UnknownClaim: an order is named that does not wait.
        NotClear: then there would be too few pieces, or it is not clear who loses.
        Paused: writes to a shop that would be asked are stopped.
    """
    case = await claims.case(session, number)
    if case["closed_at"] is not None:
        raise CaseClosed(case)
    found = await claims.claims_of(session, case)
    waiting = [one for one in found if one.stands is Stands.WAITS]
    kept = [_named(typed, waiting) for typed in keep]
    sku = Sku(case["sku"])
    proposal = propose(
        found,
        oversold=case["oversold"],
        on_hand=(await queries.position(session, sku)).level.on_hand,
        policy=policy,
        kept=kept,
        holds=[one.told for one in await reservations.active(session, sku)],
    )
    _refuse_unclear(proposal, kept, case["oversold"])
    shops = {shop.id: shop for shop in await directory.all_shops(session)}
    given = give_up(proposal.lose, shops, missing=proposal.missing)
    for one in given:
        if not one.by_hand:
            await go_on(session, one.claim.shop)
    return Plan(case=number, sku=sku, keep=kept, give_up=given)


async def decide(session: AsyncSession, made: Plan, *, who: str, now: datetime) -> None:
    """Store what was decided, before any shop is asked; what was decided before and not sent ends.

    Raises:
        GivenUpAlready: an order is to be kept that its shop was asked to cancel.
    """
    require_transaction(session)
    keys = {(one.shop, one.order) for one in made.keep}
    for one in await cancellations.of_case(session, made.case):
        under_way = one.sent_at is not None and one.ended_at is None
        if (one.shop, one.order_id) in keys and under_way:
            raise GivenUpAlready(one.name)
    await cancellations.forget_unsent(session, made.case)
    for each in made.give_up:
        await cancellations.decide(
            session,
            made.case,
            made.sku,
            each.claim,
            gives=Gives(
                pieces=each.pieces,
                keeps_the_rest=each.keeps_the_rest,
                units=each.units,
                worth=each.pays_back,
                by_hand=bool(each.by_hand),
            ),
            who=who,
            now=now,
        )


async def given_up_as(session: AsyncSession, number: int, typed: str) -> Cancellation:
    """The order of a case that was given up and is called so.

    Raises:
        UnknownCase: no such case.
        NotGivenUp: no such order.
    """
    await claims.case(session, number)
    word = typed.strip()
    known = await cancellations.of_case(session, number)
    found = [one for one in known if word in names_of(one.shop, one.order_id, one.name)]
    if len({(one.shop, one.order_id) for one in found}) != 1:
        raise NotGivenUp(typed, number)
    return found[-1]


async def currency_of(session: AsyncSession, one: Cancellation) -> str:
    """In which an order is kept: its own, or its shop's where the book knows no price of it."""
    known = one.ordered or one.paid_back or one.fee
    return known.currency if known else (await directory.by_id(session, one.shop)).currency


def names_of(shop: ShopId, order: str, name: str) -> frozenset[str]:
    """What a person may call an order."""
    return frozenset({name, name.removeprefix("#"), order, f"{shop}/{order}"})


def _named(typed: str, waiting: Sequence[Claim]) -> Claim:
    """The one order that is called so: by its name, its id, or its shop and its id."""
    word = typed.strip()
    found = [one for one in waiting if word in names_of(one.shop, one.order, one.name)]
    if len(found) != 1:
        raise UnknownClaim(typed, waiting)
    return found[0]


def _refuse_unclear(proposal: Proposal, kept: Sequence[Claim], oversold: int) -> None:
    if proposal.lose and proposal.is_enough:
        return
    if not proposal.missing:
        raise NotClear(f"nothing was done: {proposal.why}")
    names = ", ".join(one.name for one in kept)
    if not proposal.keep and not proposal.is_enough:
        raise NotClear(f"keeping {names} does not say who loses: {proposal.why}")
    raise NotClear(
        f"{names} cannot all have a piece: {oversold} too many were sold, and no other order waits"
    )
