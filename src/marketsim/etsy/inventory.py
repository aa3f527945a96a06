"""An inventory write: everything is replaced, and nothing asks what was there."""

from datetime import datetime, timedelta

from marketsim.etsy.inventory_body import Wanted, WantedProduct, WantedValue
from marketsim.etsy.records import Covering, Key, Listing, Look, Product, PropertyValue, Varies
from marketsim.etsy.refusals import bad
from marketsim.etsy.store import OverwrittenSale, Store
from marketsim.etsy.taxonomy import RING_SCALES, property_of
from marketsim.faults import Faults
from marketsim.market import UnitId

JUST_READ = timedelta(seconds=5)
"""An app that reads and then writes at once cannot see a sale between the two, however careful."""

ON_ITS_WAY = timedelta(seconds=2)
"""A write may have left, or wait for its turn to, when an app is shown the order that it covers."""


def looked_at(listing: Listing, shown: Listing, *, now: datetime, as_of: datetime) -> None:
    """An app was shown the listing so: it may write upon that for a moment."""
    seen = {product.unit: product.quantity for product in shown.products}
    recent = [look for look in listing.looks if now - look.at <= JUST_READ]
    listing.looks = [*recent, Look(at=now, as_of=as_of, quantities=seen)]


class Inventories:
    """Replaces the inventories of listings."""

    def __init__(self, store: Store, faults: Faults) -> None:
        """Work on the listings of `store`."""
        self._store = store
        self._faults = faults

    def replace(self, listing: Listing, want: Wanted) -> list[UnitId]:
        """Write a checked inventory; returns the units that have left the listing."""
        before = list(listing.products)
        fresh = self._faults.strikes("etsy.ids_change")
        values: dict[tuple[int, tuple[str, ...]], PropertyValue] = {}
        products: list[Product] = []
        for wanted in want.products:
            own = tuple(self._value(listing, value, values) for value in wanted.values)
            used = {product.unit for product in products}
            free = [product for product in before if product.unit not in used]
            products.append(self._product(listing, free, wanted, own, fresh=fresh))
        if not self._faults.strikes("etsy.partial_put_drops"):
            kept = {product.unit for product in products}
            products += [product for product in before if product.unit not in kept]
        self._note_overwritten(listing, before, products)
        listing.products = products
        listing.varies = Varies(
            price=want.price, quantity=want.quantity, sku=want.sku, readiness=want.readiness
        )
        listing.updated_at = self._store.now()
        listing.read_at_step = self._store.took_a_step()  # the answer shows it all
        listing.looks = []  # the next write needs a look of its own: it must not repeat this one
        for product in products:
            self._store.seen.read(product.unit)
        self._store.know_units(listing)
        there = {product.unit for product in products}
        return [product.unit for product in before if product.unit not in there]

    def _product(
        self,
        listing: Listing,
        before: list[Product],
        wanted: WantedProduct,
        values: tuple[PropertyValue, ...],
        *,
        fresh: bool,
    ) -> Product:
        same = _same(before, tuple(sorted((v.property_id, v.values) for v in values)), wanted.sku)
        keeps = same is not None and not fresh
        made = Product(
            id=same.id if same and keeps else self._store.new_id("product"),
            offering_id=same.offering_id if same and keeps else self._store.new_id("offering"),
            unit=same.unit if same else listing.next_unit(),
            parts=same.parts if same else (),
            sku=wanted.sku,
            price_minor=wanted.price_minor,
            quantity=wanted.quantity,
            is_enabled=wanted.is_enabled,
            readiness_state_id=wanted.readiness_state_id,
            values=values,
        )
        if same is not None:
            made.sold_at_step, made.last_sold = same.sold_at_step, same.last_sold
            made.taken_at_step = same.taken_at_step
        return made

    def _value(
        self,
        listing: Listing,
        wanted: WantedValue,
        written: dict[tuple[int, tuple[str, ...]], PropertyValue],
    ) -> PropertyValue:
        known = property_of(listing.details.taxonomy_id, wanted.property_id)
        texts = wanted.values
        if wanted.value_ids:
            texts = (self._text(listing, wanted),)
        key = (wanted.property_id, texts)
        if key not in written:
            number = self._store.new_id("value")
            listing.value_texts[number] = texts[0]
            written[key] = PropertyValue(
                property_id=wanted.property_id,
                name=wanted.name or (known.name if known else ""),
                value_ids=(number,),
                values=texts,
                scale_id=wanted.scale_id,
                scale_name=RING_SCALES.get(wanted.scale_id or 0),
            )
        return written[key]

    def _text(self, listing: Listing, wanted: WantedValue) -> str:
        """The id decides, not the text beside it; a guessed id stores something else."""
        number = wanted.value_ids[0]
        if number in listing.value_texts:
            return listing.value_texts[number]
        known = property_of(listing.details.taxonomy_id, wanted.property_id)
        choices = known.choices if known else ()
        for choice in choices:
            if choice.id == number:
                return choice.name
        if not self._faults.strikes("etsy.guessed_value_id"):
            raise bad(f"Property {wanted.property_id} has no value {number}.")
        return choices[number % len(choices)].name if choices else f"Value {number % 1_000}"

    def _just_shown(self, listing: Listing, product: Product, written: int) -> bool:
        """Whether an app was just shown so many, and writes back what is there no more.

        They went after it had read, or it was shown an old state. Another of its calls may have
        been shown less meanwhile: that one has its own way. But of what an order had told before,
        it knew.
        """
        return any(
            look.quantities.get(product.unit, 0) - self._told_since(product.unit, look.as_of)
            >= written
            and self._store.now() - look.at <= JUST_READ
            for look in listing.looks
        )

    def _told_since(self, unit: UnitId, since: datetime) -> int:
        """How many were sold of a unit since then by orders that the app was shown in time.

        Of one that was cancelled or refunded, the pieces may be back.
        """
        told = 0
        for receipt in reversed(self._store.receipts.values()):
            if receipt.created_at < since:
                break
            shown_at = self._store.seen.order_read_at(str(receipt.id))
            in_time = shown_at is not None and self._store.now() - shown_at > ON_ITS_WAY
            if in_time and receipt.cancelled_at is None and not receipt.refunds:
                told += sum(line.quantity for line in receipt.transactions if line.unit == unit)
        return told

    def _note_overwritten(
        self, listing: Listing, before: list[Product], after: list[Product]
    ) -> None:
        """A product of which less is there than the app was shown, and now raised again."""
        now = {product.unit: product for product in after}
        blind: dict[UnitId, Covering] = {}
        for product in before:
            written = now.get(product.unit)
            unseen = product.sold_at_step > listing.read_at_step
            if written is None or written.quantity <= product.quantity:
                continue
            if self._just_shown(listing, product, written.quantity):
                by_hand = product.taken_at_step > product.sold_at_step
                blind[product.unit] = "blind app over a hand" if by_hand else "blind app"
            if unseen:
                self._store.overwritten.append(
                    OverwrittenSale(
                        listing=listing.id,
                        unit=product.unit,
                        sold=product.last_sold,
                        quantity_before=product.quantity,
                        quantity_after=written.quantity,
                        at=self._store.now(),
                    )
                )
        listing.blind = blind


def _same(before: list[Product], key: Key, sku: str) -> Product | None:
    """The product that stood there: by its values, else by a SKU that only one has."""
    for product in before:
        if product.key == key:
            return product
    if len(before) == 1 and not key:
        return before[0]
    named = [product for product in before if sku and product.sku == sku]
    return named[0] if len(named) == 1 else None
