"""By which SKU the piece is known that two offers sell."""

from collections.abc import Sequence
from typing import ClassVar

from sqlalchemy.ext.asyncio import AsyncSession

from peg.catalog import items, offers
from peg.catalog.offers import Offer
from peg.catalog.proposals import KeptProposal
from peg.domain.errors import ErrorKind, PegError
from peg.domain.identity import ShopId, Sku, fold_sku, usable_sku


class NeedsSku(PegError):
    """Neither offer has a SKU that both marketplaces can carry and that names one piece only."""

    kind: ClassVar[ErrorKind] = "refused"


class SkuTaken(PegError):
    """The SKU belongs to a piece that nobody has said these offers sell."""

    kind: ClassVar[ErrorKind] = "conflict"


class NotOnePiece(PegError):
    """What is known of the two offers already does not allow them to be one piece."""

    kind: ClassVar[ErrorKind] = "conflict"


async def name_of(session: AsyncSession, pair: KeptProposal, given: Sku | None) -> Sku:
    """The SKU of the piece that a pair of offers sells.

    That of the offer that is known; else the one given; else as typed, Shopify's first. A typed SKU
    decides only if no other offer of its shop carries it. Only a given one may name another piece.

    Raises:
        NeedsSku: none was given, and none that was typed decides.
        SkuTaken: it is another piece's, and was not given.
        NotOnePiece: both are known already, one sells a set, or the known one has another SKU.
    """
    known = [offer for offer in (pair.shopify, pair.etsy) if offer.components]
    if known:
        return await _known(session, pair, known, given)
    if given is not None:
        return given
    sku = await _typed(session, pair)
    item = await items.by_sku(session, sku)
    if item is not None:
        raise SkuTaken(f"{sku} is another piece already, {item.name!r}: {_NAME_IT.format(sku)}")
    return sku


_NAME_IT = "if this is that piece, say `--sku {}`; else give it a SKU of its own with `--sku`"


async def _known(
    session: AsyncSession, pair: KeptProposal, known: Sequence[Offer], given: Sku | None
) -> Sku:
    parts = known[0].components
    sku = parts[0].sku
    if len(known) > 1 and known[1].components != parts:
        raise NotOnePiece(
            f"{_made_of(known[0])} and {_made_of(known[1])}: they are two, `peg match reject"
            f" {pair.id}`; or say with `peg match compose` what a sale of each takes"
        )
    if len(parts) > 1 or parts[0].quantity > 1:
        raise NotOnePiece(
            f"{_made_of(known[0])}, which is no single piece: say with `peg match compose` what a"
            " sale of the other takes"
        )
    if given not in {None, sku}:
        raise NotOnePiece(f"{_made_of(known[0])} already: leave `--sku` out")
    if given is None and len(known) == 1:
        await _refuse_a_second(session, pair, sku)
    return sku


async def _refuse_a_second(session: AsyncSession, pair: KeptProposal, sku: Sku) -> None:
    new = pair.etsy if pair.shopify.components else pair.shopify
    for offer in await offers.of_skus(session, [sku]):
        if offer.ref.shop == new.ref.shop and not offer.gone:
            raise SkuTaken(
                f"{new.ref.shop} sells it already as {offer.name!r} (offer {offer.id}): if both"
                f" are the same {sku}, say `--sku {sku}`; else `peg match reject {pair.id}`"
            )


async def _typed(session: AsyncSession, pair: KeptProposal) -> Sku:
    doubled: list[tuple[ShopId, str]] = []
    for offer in (pair.shopify, pair.etsy):
        sku = usable_sku(fold_sku(offer.sku_as_typed))
        if sku is None:
            continue
        if len(await offers.typed_alike(session, offer.ref.shop, sku)) == 1:
            return sku
        doubled.append((offer.ref.shop, offer.sku_as_typed))
    why = "".join(f"; several offers of {shop} are typed {sku!r}" for shop, sku in doubled)
    raise NeedsSku(
        f"neither {pair.shopify.name!r} nor {pair.etsy.name!r} has a SKU that names it{why}: say"
        " one with `--sku`, and type it into both shops"
    )


def _made_of(offer: Offer) -> str:
    parts = " + ".join(f"{part.quantity} x {part.sku}" for part in offer.components)
    return f"{offer.name!r} on {offer.ref.channel} is known as {parts}"
