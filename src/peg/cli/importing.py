"""`peg import`: read both shops into the book, and say once more what was found."""

from collections import Counter
from collections.abc import Callable
from typing import ClassVar

from peg.cli.shop_names import shops_in_words
from peg.cli.terminal import Here, Report, Terminal
from peg.db.transaction import reading
from peg.domain.counted import counted
from peg.domain.errors import ErrorKind, PegError
from peg.domain.identity import fold_sku
from peg.domain.moment import for_people
from peg.onboarding.left_out import Why
from peg.reads.imports import Found, ImportRow, foreseen, imports
from peg.wiring.ground import Ground
from peg.wiring.peg import open_peg


class UnclearImport(PegError):
    """Neither a new import nor what was told of the last one."""

    kind: ClassVar[ErrorKind] = "refused"


class NothingImported(PegError):
    """No import has come to its end yet."""

    kind: ClassVar[ErrorKind] = "missing"

    def __init__(self) -> None:
        super().__init__("nothing was imported yet: `peg import` reads the connected shops")


async def import_(*, dry_run: bool = False, last: bool = False, here: Here) -> int:
    """Read every connected shop into the book; what is known already is left as it is.

    Only exact SKUs match by themselves. Pairs that may be the same piece are proposed (`peg
    match`); where the shops disagree about the stock, the lower figure holds until you answer
    (`peg questions`).

    A shop that cannot be read, such as one whose access was revoked, is left out and named; the
    exit code is 1 then.

    Args:
        dry_run: only say what would be found; nothing is written, here or on the shops.
        last: read nothing anew: say once more what the last import found.
    """
    if last and dry_run:
        raise UnclearImport("say `--dry-run` or `--last`: what was found cannot be tried out")
    async with here.ground() as ground:
        found = await (_newest(ground) if last else _read_shops(here, ground, dry_run=dry_run))
        async with reading(ground.database) as session:
            in_words = await shops_in_words(session)
    return here.show(_report(found, in_words))


async def _newest(ground: Ground) -> Found:
    async with reading(ground.database) as session:
        found = await imports(session, limit=1)
    if not found:
        raise NothingImported
    return found[0]


async def _read_shops(here: Terminal, ground: Ground, *, dry_run: bool) -> Found:
    async with open_peg(ground) as peg:
        importer = peg.importer(await peg.engine())
        with here.progress() as bars:
            steps = {name: bars.add_task(name, total=None) for name in ("orders", "reading")}

            def progress(step: str, by: int) -> None:
                if step not in steps:
                    steps[step] = bars.add_task(step, total=None)
                bars.advance(steps[step], by)

            if dry_run:
                return foreseen(await importer.rehearse(progress))
            await importer.run(progress)
    return await _newest(ground)


def _report(found: Found, in_words: Callable[[str], str]) -> Report:
    done = isinstance(found, ImportRow)
    left_out = Counter(one.why for one in found.left_out)
    rows = [
        *((f"offers read from {shop}", count) for shop, count in sorted(found.read.items())),
        *((f"{one.shop} was not read", None) for one in found.skipped),
        ("new items" if done else "items that would be new", found.items),
        ("offers mapped to items" if done else "offers that would be mapped", found.offers),
        ("items on both shops by exact SKU", found.matched),
        ("pairs to decide on (`peg match list`)", found.proposals),
        ("offers whose SKU their shop has several times", left_out[Why.SKU_DOUBLED]),
        ("offers that the shop does not count", left_out[Why.UNTRACKED]),
        ("offers that the shop sells on at zero", left_out[Why.SELLS_ON]),
        ("offers without a usable SKU", left_out[Why.NO_SKU]),
        ("offers that could not be read", left_out[Why.UNREADABLE]),
        *([(_WAIT, left_out[Why.SHOP_NOT_READ])] if found.skipped else []),
        *([(_WAIT_FOR_ONE, hidden)] if (hidden := left_out[Why.TWIN_NOT_READ]) else []),
        ("items of which the shops disagree (`peg questions`)", _disagree(found)),
    ]
    return Report(
        facts=found.model_dump(mode="json"),
        columns=("found", "how many"),
        rows=[(in_words(what), count) for what, count in rows],
        sentence=in_words("\n".join(_sentences(found))),
        exit_code=1 if found.skipped or found.orders_unread else 0,
    )


_WAIT = "offers that wait for a shop that was not read"
_WAIT_FOR_ONE = "offers that wait for one that could not be read"


def _disagree(found: Found) -> int | None:
    """That no shop disagrees is known only where all of them were read."""
    return None if found.skipped and not found.asked else len(found.asked)


def _sentences(found: Found) -> list[str]:
    said = []
    doubled = Counter(
        (fold_sku(one.sku), one.shop) for one in found.left_out if one.why is Why.SKU_DOUBLED
    )
    if doubled:
        skus = ", ".join(f"{sku} ({count}x on {shop})" for (sku, shop), count in doubled.items())
        said.append(f"the same SKU several times on one shop: {skus}")
    said += [
        f"{one.title or one.listing!r} on {one.shop} could not be read: {one.details}"
        for one in found.left_out
        if one.why is Why.UNREADABLE
    ]
    said += [
        f"left out: {one.why if one.why.startswith(one.shop) else f'{one.shop}, {one.why}'}"
        for one in found.skipped
    ]
    if found.skipped:
        said.append(
            "the figures are those of the other shops, and blank where nobody knows: `peg import`"
            " again once it can be read"
        )
    if any(one.why is Why.SHOP_NOT_READ for one in found.left_out):
        said.append(
            "an offer on Etsy that may be the same piece as one on a shop that was not read waits"
            " until it can be: opened now it might be sold twice. `peg disconnect` a shop that is"
            " lost for good, and import again"
        )
    twins = Counter(one.details for one in found.left_out if one.why is Why.TWIN_NOT_READ)
    said += [
        f"{counted(many, 'offer')} on Etsy may be the same piece as {name}, and"
        f" {'waits' if many == 1 else 'wait'} until that can be read: opened now it might be sold"
        " twice. Mend it there, or type another SKU if it is another piece, and `peg import` again"
        for name, many in twins.items()
    ]
    said += [
        f"the orders of {one.shop} could not be read once more ({one.why}): a running PEG does it"
        for one in found.orders_unread
    ]
    if isinstance(found, ImportRow):
        if found.left_out:
            said.append("`peg offers --unknown` lists what is not kept in step, and why")
        said.append(
            f"imported at {for_people(found.ended_at)}; `peg import --last` says this once more"
        )
    return said
