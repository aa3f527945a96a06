"""What `peg cases resolve` says: what was done, and what is left for a person."""

from collections.abc import Iterator, Mapping

from peg.cli.case_words import Called
from peg.cli.terminal import Report
from peg.domain.links import order_link
from peg.propagation.resolving import ON_ETSY, GivenUp, Plan
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
            "you cancel it" if one.by_hand else "PEG cancels it and pays it back",
            str(one.claim.whole or "not known") if one.claim.paid else "nothing was paid",
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
                {"order": _key(one), "by_hand": one.by_hand or None, "refund": str(one.claim.whole)}
                for one in made.give_up
            ],
            "file": file.model_dump(mode="json"),
        },
        columns=("given up", "shop", "how", "to pay back", "came to"),
        rows=rows,
        sentence="\n".join(_sentences(made, file, dry_run=dry_run)),
        exit_code=0 if ended or dry_run else 1,
    )


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
        yield f"{names} gets the piece; case {made.case} closes when the others are seen cancelled"
    by_hand = [one for one in made.give_up if one.by_hand]
    for one in by_hand:
        yield f"{one.claim.name} is yours to cancel, since {one.by_hand}:"
        yield from (f"  [ ] {step}" for step in _checklist(one))


def _checklist(one: GivenUp) -> Iterator[str]:
    yield "write to its buyer first"
    yield f"open {order_link(one.claim.shop, one.claim.order)}"
    if one.by_hand == ON_ETSY:
        yield "choose Cancel there, with a full refund; a refund alone names no piece"
        yield "PEG sees it at its next poll, and the case closes by itself"
    else:
        yield "take the piece out of the order, or cancel it, without a restock; pay it back"
