"""What `peg cases resolve` says: what was done, and what is left for a person."""

from collections.abc import Iterator, Mapping

from peg.cli.case_words import Called
from peg.cli.terminal import Report
from peg.domain.counted import counted
from peg.domain.identity import Channel
from peg.domain.links import order_link
from peg.propagation.giving_up import IN_A_SET, GivenUp
from peg.propagation.resolving import Plan
from peg.reads.case_file import CaseFile, GivenUpRow


def resolved(
    made: Plan, file: CaseFile, called: Called, *, failed: Mapping[str, str], dry_run: bool
) -> Report:
    """The orders that are given up, how, and what came of it."""
    done = {f"{one.shop}/{one.order_id}": one for one in file.given_up}
    rows = [
        (
            one.claim.name,
            called(one.claim.shop),
            _how(one),
            str(one.pays_back or "not known") if one.claim.paid else "nothing was paid",
            "" if dry_run else _came_to(_key(one), done, failed),
        )
        for one in made.give_up
    ]
    ended = all(_key(one) in done and done[_key(one)].ended_at for one in made.give_up)
    return Report(
        facts={
            "case": made.case,
            "dry_run": dry_run,
            "keep": [f"{one.shop}/{one.order}" for one in made.keep],
            "give_up": [
                {
                    "order": _key(one),
                    "by_hand": one.by_hand or None,
                    "pieces": one.pieces,
                    "keeps_the_rest": one.keeps_the_rest,
                    "refund": str(one.pays_back),
                }
                for one in made.give_up
            ],
            "file": file.model_dump(mode="json"),
        },
        columns=("given up", "shop", "how", "to pay back", "came to"),
        rows=rows,
        sentence="\n".join(_sentences(made, file, dry_run=dry_run)),
        exit_code=0 if ended or dry_run else 1,
    )


def _how(one: GivenUp) -> str:
    what = f"takes {one.pieces} out of it and pays" if one.keeps_the_rest else "cancels it and pays"
    if one.by_hand:
        return "you take it out" if one.keeps_the_rest else "you cancel it"
    return f"PEG {what} {'that' if one.keeps_the_rest else 'it'} back"


def _key(one: GivenUp) -> str:
    return f"{one.claim.shop}/{one.claim.order}"


def _came_to(key: str, done: Mapping[str, GivenUpRow], failed: Mapping[str, str]) -> str:
    if key in failed:
        return failed[key]
    return done[key].outcome or "waits for you"


def _sentences(made: Plan, file: CaseFile, *, dry_run: bool) -> Iterator[str]:
    names = ", ".join(one.name for one in made.keep) or "nobody"
    if dry_run:
        yield f"{names} would get the piece; nothing was done: leave out --dry-run"
    elif file.closed_at is not None:
        yield f"{names} gets the piece; case {made.case} is closed"
    else:
        yield f"{names} gets the piece; case {made.case} closes when the others are seen given up"
    for one in made.give_up:
        if one.keeps_the_rest:
            yield f"{one.claim.name} keeps the rest: it loses {counted(one.pieces, 'piece')}"
        if one.by_hand:
            yield f"{one.claim.name} is yours to {_do(one)}, since {one.by_hand}:"
            steps = _checklist_of_a_part(one, made) if one.keeps_the_rest else _checklist(one)
            yield from (f"  [ ] {step}" for step in steps)


def _do(one: GivenUp) -> str:
    return "change" if one.keeps_the_rest else "cancel"


def _checklist(one: GivenUp) -> Iterator[str]:
    yield "write to its buyer first"
    yield f"open {order_link(one.claim.shop, one.claim.order)}"
    if one.claim.channel is Channel.ETSY:
        yield "choose Cancel there, with a full refund; a refund alone names no piece"
        yield "PEG sees it at its next poll, and the case closes by itself"
    else:
        yield "cancel it there, without a restock, and pay it back"


def _checklist_of_a_part(one: GivenUp, made: Plan) -> Iterator[str]:
    """Shopify tells what was taken out of an order; Etsy tells of no more than money."""
    price = str(one.pays_back or "what it cost")
    yield "write to its buyer first: do they want the rest of the order?"
    yield f"open {order_link(one.claim.shop, one.claim.order)}"
    if one.claim.channel is not Channel.ETSY:
        yield f"take {counted(one.pieces, 'piece')} out of it there, without a restock; pay it back"
        if one.by_hand == IN_A_SET:
            yield "was it a set, `peg count` its other pieces then: Shopify counts them as lost"
        yield "PEG sees it at once, and the case closes by itself"
        return
    yield "if not, choose Cancel there, with a full refund: PEG sees it, and the case closes"
    yield (
        f"if they do, pay back {price} there: a refund names no piece, so that PEG goes on to count"
        " it as sold"
    )
    yield (
        "send the rest and mark the order as shipped there; then tell PEG what is on the shelf:"
        f" `peg count {made.sku} N`, which closes the case"
    )
    yield f"book what you paid back: `peg cases cost {made.case} {_typed(one)} --paid-back …`"


def _typed(one: GivenUp) -> str:
    """As a shell takes it: most of them begin a comment with #."""
    return one.claim.name.removeprefix("#")
