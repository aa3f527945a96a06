"""One case as a person needs it: the orders, what the shops showed, who should get the piece."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from peg.catalog import items
from peg.catalog.items import Item
from peg.domain.claim import Claim, Fees, Policy, Proposal, Stands, propose
from peg.domain.identity import ShopId, Sku
from peg.domain.links import order_link
from peg.domain.money import Money
from peg.ledger import cancellations, claims, queries
from peg.ledger.cancellations import Cancellation
from peg.propagation.giving_up import give_up
from peg.reads.case_message import Loses, message
from peg.reads.shown_then import ShownThen, shown_then
from peg.reads.stock import Hold, holds
from peg.reads.substitutes import Substitute, substitutes


class ClaimRow(BaseModel):
    """One order of a case; `shop` is `counter` for a piece sold in person.

    `after_s`: so long after the first order of the case it was placed; `heard_after_s`: so long
    after that PEG heard of it. `stands`: `waits` for its pieces, `has` them, or `gave_up`, being
    cancelled or refunded. `waiting`: pieces it waits for. `pays`: for the pieces; `whole`: for all
    it orders; null where the book does not know. `takes_more`: other pieces too. `link`: to its
    page in the admin of its marketplace.
    """

    shop: ShopId
    order_id: str
    name: str
    created_at: datetime
    after_s: float
    heard_after_s: float | None
    paid: bool
    stands: Stands
    waiting: int
    pays: str | None
    whole: str | None
    takes_more: bool
    link: str | None


class Proposed(BaseModel):
    """Who should get the pieces, by the policy; orders by `shop/order`. A person decides.

    `lose` is empty where nobody has to, and where only a person can say. `missing`: pieces that
    those who wait lack; none where a hold takes them, or an order that is not told of yet.
    """

    policy: Policy
    keep: list[str]
    lose: list[str]
    missing: int
    why: str


class GivenUpRow(BaseModel):
    """An order that a person gave up; `by_hand`: they have to cancel it on its shop themselves.

    `keeps_the_rest`: it loses no more than the piece, and its buyer gets what else they ordered.
    `sent_at`: when its shop was asked to cancel it. `ended_at`: when it was seen cancelled.
    `ordered`: what its buyer paid for what it gives up; `paid_back`: what its shop, or a person,
    says they got back, shipping and tax included; `fee`: what a person says its marketplace kept.
    Null where that is not known.
    """

    shop: ShopId
    order_id: str
    name: str
    by_hand: bool
    keeps_the_rest: bool
    who: str
    decided_at: datetime
    sent_at: datetime | None
    outcome: str
    ended_at: datetime | None
    ordered: str | None
    paid_back: str | None
    fee: str | None
    link: str | None


class Draft(BaseModel):
    """A message that could be written to the buyer of an order that does not get its piece."""

    shop: ShopId
    order_id: str
    name: str
    text: str


class CaseFile(BaseModel):
    """All that is known of one case. `seconds`: from its first order to its last.

    `holds`: those that keep pieces of it for somebody.

    `cost`: what was paid back and kept as fees so far, one amount for each currency. `instead`:
    pieces in stock that come nearest. `drafts`: one for each order that was given up, or would lose
    by the policy; where only a person can say, for each that waits.
    """

    id: int
    sku: Sku
    piece: str
    oversold: int
    opened_at: datetime
    closed_at: datetime | None
    note: str
    orders: list[ClaimRow]
    holds: list[Hold]
    seconds: float
    shown: list[ShownThen]
    proposed: Proposed
    given_up: list[GivenUpRow]
    cost: list[str]
    instead: list[Substitute]
    drafts: list[Draft]


async def case_file(session: AsyncSession, number: int, *, policy: Policy, fees: Fees) -> CaseFile:
    """One case, open or closed.

    Raises:
        UnknownCase: there is none of that number.
    """
    case = await claims.case(session, number)
    found = await claims.claims_of(session, case)
    sku = Sku(case["sku"])
    item = await items.by_sku(session, sku)
    first = min((one.created_at for one in found), default=case["opened_at"])
    last = max((one.created_at for one in found), default=case["opened_at"])
    kept = await holds(session, sku)
    proposal = propose(
        found,
        oversold=case["oversold"],
        on_hand=(await queries.position(session, sku)).level.on_hand,
        policy=policy,
        fees=fees,
        holds=[f"hold {one.id}" for one in kept],
    )
    given_up = await cancellations.of_case(session, number)
    losers = list(_losers(found, proposal, given_up))
    instead = await substitutes(session, sku) if losers else []
    lost = {(one.claim.shop, one.claim.order) for one in losers}
    others = [one.created_at for one in found if (one.shop, one.order) not in lost]
    return CaseFile(
        id=case["id"],
        sku=sku,
        piece=item.name if item is not None else sku,
        oversold=case["oversold"],
        opened_at=case["opened_at"],
        closed_at=case["closed_at"],
        note=case["note"],
        orders=[_row(one, first) for one in found],
        holds=kept,
        seconds=(last - first).total_seconds(),
        shown=list(await shown_then(session, sku, first)),
        proposed=_proposed(proposal, policy),
        given_up=[_given_up(one) for one in given_up],
        cost=_cost(given_up),
        instead=list(instead),
        drafts=[_draft(one, item, sku, others, instead) for one in losers],
    )


def _row(claim: Claim, first: datetime) -> ClaimRow:
    heard = claim.heard_at
    return ClaimRow(
        shop=claim.shop,
        order_id=claim.order,
        name=claim.name,
        created_at=claim.created_at,
        after_s=(claim.created_at - first).total_seconds(),
        heard_after_s=None if heard is None else (heard - claim.created_at).total_seconds(),
        paid=claim.paid,
        stands=claim.stands,
        waiting=claim.waiting,
        pays=_told(claim.pays),
        whole=_told(claim.whole),
        takes_more=claim.takes_more,
        link=order_link(claim.shop, claim.order),
    )


def _losers(
    found: Sequence[Claim], proposal: Proposal, given_up: Sequence[Cancellation]
) -> Iterator[Loses]:
    """Whose buyers are to be written to; all that wait where only a person can say."""
    decided = {(one.shop, one.order_id): one for one in given_up}
    would = {
        (one.claim.shop, one.claim.order): one
        for one in give_up(proposal.lose, {}, missing=proposal.missing)
    }
    nobody_yet = not decided and not would and proposal.missing
    for claim in found:
        key = (claim.shop, claim.order)
        if key in decided:
            one = decided[key]
            yield Loses(claim=claim, pays_back=one.ordered, keeps_the_rest=one.keeps_the_rest)
        elif key in would:
            it = would[key]
            yield Loses(claim=claim, pays_back=it.pays_back, keeps_the_rest=it.keeps_the_rest)
        elif nobody_yet and claim.stands is Stands.WAITS:
            yield Loses(claim=claim, pays_back=claim.pays, keeps_the_rest=claim.takes_more)


def _draft(
    loser: Loses,
    item: Item | None,
    sku: Sku,
    others: Sequence[datetime],
    instead: Sequence[Substitute],
) -> Draft:
    text = message(
        loser,
        item.name if item is not None else sku,
        others=others,
        instead=instead,
    )
    claim = loser.claim
    return Draft(shop=claim.shop, order_id=claim.order, name=claim.name, text=text)


def _given_up(one: Cancellation) -> GivenUpRow:
    return GivenUpRow(
        shop=one.shop,
        order_id=one.order_id,
        name=one.name,
        by_hand=one.by_hand,
        keeps_the_rest=one.keeps_the_rest,
        who=one.who,
        decided_at=one.decided_at,
        sent_at=one.sent_at,
        outcome=one.outcome,
        ended_at=one.ended_at,
        ordered=_told(one.ordered),
        paid_back=_told(one.paid_back),
        fee=_told(one.fee),
        link=order_link(one.shop, one.order_id),
    )


def _told(amount: Money | None) -> str | None:
    return None if amount is None else str(amount)


def _cost(given_up: Sequence[Cancellation]) -> list[str]:
    """By currency, what is known of it."""
    total: Counter[str] = Counter()
    for one in given_up:
        if one.cost is not None:
            total[one.cost.currency] += one.cost.minor
    return [str(Money(minor, currency)) for currency, minor in sorted(total.items())]


def _proposed(proposal: Proposal, policy: Policy) -> Proposed:
    return Proposed(
        policy=policy,
        keep=_keys(proposal.keep),
        lose=_keys(proposal.lose),
        missing=proposal.missing,
        why=proposal.why,
    )


def _keys(some: Sequence[Claim]) -> list[str]:
    return [f"{one.shop}/{one.order}" for one in some]
