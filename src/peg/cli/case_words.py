"""A case in sentences."""

from collections.abc import Callable, Iterator, Sequence

from peg.cli.words import seconds_told, seen
from peg.domain.claim import Stands
from peg.domain.counted import counted
from peg.domain.identity import ShopId
from peg.reads.case_file import CaseFile, ClaimRow, GivenUpRow
from peg.reads.doubts import Case
from peg.reads.shown_then import ShownThen
from peg.reads.stock import Hold
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
    apart = f", {_apart(file.seconds)}" if len(file.orders) > 1 else ""
    state = "open" if file.closed_at is None else f"closed {seen(file.closed_at)}: {file.note}"
    return (
        f"case {file.id}, {file.sku} ({file.piece}): {counted(len(file.orders), 'order')}{apart};"
        f" {_missing(file)}; {state}"
    )


def _apart(seconds: float) -> str:
    """Shops tell of whole seconds only."""
    told = seconds_told(seconds)
    if told == "0":
        return "in the same second"
    return f"within {told} second{'' if told == '1' else 's'}"


def _missing(file: CaseFile) -> str:
    if not file.oversold:
        return "nothing is missing"
    missing = f"{counted(file.oversold, 'piece is', 'pieces are')} missing"
    is_held = file.holds and file.closed_at is None
    return f"{missing}, and {_kept(file.holds)}" if is_held else missing


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
    how = "changed" if one.keeps_the_rest else "cancelled"
    way = f"to be {how} by hand" if one.by_hand else f"PEG has it {how}"
    came_to = one.outcome or "not seen done yet"
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
    look = (
        "look on the shelf: are there more than the book knows, `peg count"
        f" {file.sku} N`; can you make or buy another, `peg receive {file.sku} 1`. Then nobody"
        " loses, and the case closes"
    )
    if not file.proposed.missing:
        return [look, *_let_go(file.holds, waiting)]
    losers = ", ".join(one.name for one in lose) or "whoever does not get it"
    kept = "".join(f" --keep {_called(one)}" for one in keep) or " --keep ORDER"
    return [
        look,
        f"else write to the buyer of {losers}, on the shop where they bought",
        f"then decide: `peg cases resolve {file.id}{kept if lose else ' --keep ORDER'}` cancels"
        " the other order on Shopify, or takes the piece alone out of it, and pays that back; for"
        " one on Etsy, where no program can, it lists what to do; with `--dry-run` it only says so",
        "the case closes by itself as soon as that is seen done",
    ]


def _let_go(holds: Sequence[Hold], waiting: Sequence[ClaimRow]) -> Iterator[str]:
    """What ends a case in which no order lacks its piece for another's sake."""
    if not holds:
        return
    release = _release(holds)
    if not waiting:
        yield f"else tell whom it was kept for, unless they bought it; {release} closes the case"
        return
    buyers = ", ".join(one.name for one in waiting)
    yield f"is it kept for the buyer of {buyers}: {release}, and the case closes"
    yield (
        f"is it kept for somebody else: tell them, and {release}; or write to the buyer of"
        f" {buyers}, and cancel that order where it was placed: the case closes once that is seen"
    )


def matter(case: Case, called: Called) -> Iterator[str]:
    """A case in a list: the orders, the earliest first, and the hold that keeps their piece."""
    for one in case.orders:
        yield f"{one.name} ({called(one.shop)}, {seen(one.created_at)})"
    if case.holds:
        yield (
            f"{_kept(case.holds)}: {_release(case.holds)} if that is the buyer, else"
            f" `peg cases show {case.id}` says what to do"
        )


def _kept(holds: Sequence[Hold]) -> str:
    return " and ".join(f"{one} keeps {one.quantity}" for one in holds)


def _release(holds: Sequence[Hold]) -> str:
    return f"`peg release {holds[0].id if len(holds) == 1 else 'HOLD'}`"


def _called(one: ClaimRow) -> str:
    """As a shell takes it: most of them begin a comment with #."""
    return one.name.removeprefix("#")


def _key(one: ClaimRow) -> str:
    return f"{one.shop}/{one.order_id}"
