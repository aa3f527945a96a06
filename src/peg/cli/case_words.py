"""A case in sentences."""

from collections.abc import Callable, Iterator, Sequence

from peg.cli.words import seconds_told, seen
from peg.domain.claim import Stands
from peg.domain.counted import counted
from peg.domain.identity import ShopId
from peg.reads.case_file import CaseFile, ClaimRow, GivenUpRow
from peg.reads.shown_then import ShownThen
from peg.reads.substitutes import Substitute

Called = Callable[[ShopId], str]


def paragraphs(file: CaseFile, called: Called) -> Iterator[str]:
    """What a person should know of a case, and do."""
    yield _head(file)
    for shown in file.shown:
        yield f"- {_shown(shown, called)}"
    for one in file.given_up:
        yield f"- {_given_up(one)}"
    if file.given_up:
        yield (
            f"it cost {' and '.join(file.cost) or 'nothing that is known'}; `peg cases cost"
            f" {file.id} ORDER` books what you know of it"
        )
    if file.closed_at is not None:
        return
    yield f"proposed ({file.proposed.policy.replace('_', ' ')}): {_proposed(file)}"
    yield from (f"{number}. {step}" for number, step in enumerate(_steps(file), start=1))
    if file.instead:
        yield "in stock, and nearest to it:"
        yield from (f"- {_substitute(one, called)}" for one in file.instead)
    for draft in file.drafts:
        yield f"a draft to the buyer of {draft.name}:"
        yield from (f"    {line}".rstrip() for line in draft.text.split("\n"))


def _head(file: CaseFile) -> str:
    apart = f", within {seconds_told(file.seconds)} seconds" if len(file.orders) > 1 else ""
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
    if shown.after_s is None:
        return f"{called(shown.shop)}: {before}; PEG has changed nothing there since"
    return (
        f"{called(shown.shop)}: {before}; {seconds_told(shown.after_s)} s after the sale PEG found"
        f" {shown.found} there and made it {shown.changed_to}"
    )


def _substitute(one: Substitute, called: Called) -> str:
    where = " and ".join(called(shop) for shop in one.shops)
    return (
        f"{one.sku} ({one.title}), {one.price}, {one.available} there, on {where}:"
        f" {'; '.join(one.differs)}"
    )


def _given_up(one: GivenUpRow) -> str:
    way = "to be cancelled by hand" if one.by_hand else "PEG has it cancelled"
    came_to = one.outcome or "not seen cancelled yet"
    paid = f"paid back {one.paid_back or 'not known'}, fees kept {one.fee or 'not known'}"
    return (
        f"{one.name} was given up by {one.who} ({seen(one.decided_at)}; {way}): {came_to}; {paid}"
    )


def _proposed(file: CaseFile) -> str:
    names = {f"{one.shop}/{one.order_id}": one.name for one in file.orders}
    lose = ", ".join(names[key] for key in file.proposed.lose)
    keep = ", ".join(names[key] for key in file.proposed.keep)
    told = f"{keep or 'nobody'} gets the piece, {lose} does not: " if lose else ""
    return f"{told}{file.proposed.why}"


def _steps(file: CaseFile) -> Sequence[str]:
    waiting = [one for one in file.orders if one.stands is Stands.WAITS]
    lose = [one for one in waiting if _key(one) in file.proposed.lose]
    keep = [one for one in waiting if _key(one) in file.proposed.keep]
    found = [
        "look on the shelf: are there more than the book knows, `peg count"
        f" {file.sku} N`; can you make or buy another, `peg receive {file.sku} 1`. Then nobody"
        " loses, and the case closes",
    ]
    if not waiting:
        return found
    losers = ", ".join(one.name for one in lose) or "whoever does not get it"
    found.append(f"else write to the buyer of {losers}, on the shop where they bought")
    kept = "".join(f" --keep {_called(one)}" for one in keep) or " --keep ORDER"
    found.append(
        f"then decide: `peg cases resolve {file.id}{kept if lose else ' --keep ORDER'}` cancels and"
        " pays back the other order on Shopify, and lists what to do for one on Etsy, where no"
        " program can; with `--dry-run` it only says so"
    )
    return [*found, "the case closes by itself as soon as that order is seen cancelled"]


def _called(one: ClaimRow) -> str:
    """As a shell takes it: most of them begin a comment with #."""
    return one.name.removeprefix("#")


def _key(one: ClaimRow) -> str:
    return f"{one.shop}/{one.order_id}"
