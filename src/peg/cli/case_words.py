"""A case in sentences."""

from collections.abc import Callable, Iterator, Sequence

from peg.cli.words import seen
from peg.domain.claim import Stands
from peg.domain.counted import counted
from peg.domain.identity import Channel, ShopId
from peg.reads.case_file import CaseFile, ClaimRow
from peg.reads.shown_then import ShownThen

Called = Callable[[ShopId], str]


def paragraphs(file: CaseFile, called: Called) -> Iterator[str]:
    """What a person should know of a case, and do."""
    yield _head(file)
    for shown in file.shown:
        yield f"- {_shown(shown, called)}"
    if file.closed_at is not None:
        return
    yield f"proposed ({file.proposed.policy.replace('_', ' ')}): {_proposed(file)}"
    yield from (f"{number}. {step}" for number, step in enumerate(_steps(file), start=1))


def _head(file: CaseFile) -> str:
    apart = f", within {file.seconds:g} seconds" if len(file.orders) > 1 else ""
    state = "open" if file.closed_at is None else f"closed {seen(file.closed_at)}: {file.note}"
    missing = f"{counted(file.oversold, 'piece is', 'pieces are')} missing"
    return (
        f"case {file.id}, {file.sku} ({file.piece}): {counted(len(file.orders), 'order')}{apart};"
        f" {missing if file.oversold else 'nothing is missing'}; {state}"
    )


def _shown(shown: ShownThen, called: Called) -> str:
    before = "what it showed before the first sale is not kept any more"
    if shown.showed is not None:
        before = f"before the first sale it was last known to show {shown.showed}"
        before += f" (since {seen(shown.since)})"
    if shown.changed_at is None:
        return f"{called(shown.shop)}: {before}; PEG has changed nothing there since"
    return (
        f"{called(shown.shop)}: {before}; {shown.after_s:g} s after the sale PEG found"
        f" {shown.found} there and made it {shown.changed_to}"
    )


def _proposed(file: CaseFile) -> str:
    names = {f"{one.shop}/{one.order_id}": one.name for one in file.orders}
    lose = ", ".join(names[key] for key in file.proposed.lose)
    keep = ", ".join(names[key] for key in file.proposed.keep)
    told = f"{keep or 'nobody'} gets the piece, {lose} does not: " if lose else ""
    return f"{told}{file.proposed.why}"


def _steps(file: CaseFile) -> Sequence[str]:
    losing = [one for one in file.orders if f"{one.shop}/{one.order_id}" in file.proposed.lose]
    waiting = [one for one in file.orders if one.stands is Stands.WAITS]
    if not losing:
        losing = waiting if len(waiting) > 1 else []
    yielded = [
        "look on the shelf: are there more than the book knows, `peg count"
        f" {file.sku} N`; can you make or buy another, `peg receive {file.sku} 1`. Then nobody"
        " loses, and the case closes",
        *(_give_up(one) for one in losing),
    ]
    return [*yielded, "the case closes by itself as soon as that order is seen cancelled"]


def _give_up(one: ClaimRow) -> str:
    if one.shop.startswith(Channel.ETSY):
        return (
            f"if {one.name} loses: write to its buyer on Etsy, then cancel the order there, since"
            f" no program can: {one.link} (a refund alone names no piece, and the case stays open)"
        )
    return f"if {one.name} loses: write to its buyer, then cancel and refund it: {one.link}"
