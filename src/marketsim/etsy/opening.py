"""Opening day: the catalogue's listings as the seller has typed them in on Etsy."""

from marketsim.etsy.life import LISTING_LASTS, Life
from marketsim.etsy.records import Details, Image, Listing, Product, PropertyValue, Varies
from marketsim.etsy.store import Store
from marketsim.etsy.taxonomy import (
    CUSTOM_1,
    CUSTOM_2,
    RING_SCALES,
    RING_SIZE,
    TAXONOMY_OF,
    US_SIZES,
    property_of,
)
from marketsim.pieces import Catalogue, Unit
from marketsim.pieces import Listing as Typed

SCALES = {RING_SIZE: (US_SIZES, RING_SCALES[US_SIZES])}


def open_shop(store: Store, life: Life, catalogue: Catalogue) -> None:
    """Create the listings of the catalogue that are meant for Etsy, and the seller's profiles."""
    for typed in catalogue.listings:
        if typed.market == "etsy":
            life.begin(_listing(store, typed))


def _listing(store: Store, typed: Typed) -> Listing:
    now = store.now()
    profiles = store.profiles
    readiness = next(iter(profiles.readiness))
    taxonomy_id = TAXONOMY_OF.get(typed.category, 1217)
    listing = Listing(
        id=store.new_id("listing"),
        title=typed.title,
        description=typed.description,
        state="active",
        details=Details(
            taxonomy_id=taxonomy_id,
            tags=typed.tags,
            materials=typed.materials,
            shipping_profile_id=next(iter(profiles.shipping)),
            return_policy_id=next(iter(profiles.returns)),
            readiness_state_id=readiness,
        ),
        created_at=now,
        updated_at=now,
        state_at=now,
        ends_at=now + LISTING_LASTS,
        products=[],
        images=[Image(id=store.new_id("image"), rank=1, alt_text="", created_at=now)],
    )
    listing.products = [
        _product(store, listing, unit, taxonomy_id, readiness) for unit in typed.units
    ]
    varied = tuple(sorted({v.property_id for p in listing.products for v in p.values}))
    listing.varies = Varies(price=varied, quantity=varied, sku=varied)
    if listing.quantity == 0:
        listing.state = "sold_out"
    return listing


def _product(
    store: Store, listing: Listing, unit: Unit, taxonomy_id: int, readiness: int
) -> Product:
    return Product(
        id=store.new_id("product"),
        offering_id=store.new_id("offering"),
        unit=listing.next_unit(),
        parts=unit.parts,
        sku=unit.sku,
        price_minor=unit.price_minor,
        quantity=unit.stock[0] if unit.stock else 0,
        readiness_state_id=readiness,
        values=tuple(_values(store, listing, unit, taxonomy_id)),
    )


def _values(store: Store, listing: Listing, unit: Unit, taxonomy_id: int) -> list[PropertyValue]:
    custom = [CUSTOM_1, CUSTOM_2]
    values = []
    for option in unit.options:
        sized = option.name == "Ring size" and property_of(taxonomy_id, RING_SIZE)
        number = RING_SIZE if sized else custom.pop(0)
        scale_id, scale_name = SCALES.get(number, (None, None))
        known = [v for p in listing.products for v in p.values]
        same = (v for v in known if v.property_id == number and v.values == (option.value,))
        value = next(same, None) or PropertyValue(
            property_id=number,
            name=option.name,
            value_ids=(store.new_id("value"),),
            values=(option.value,),
            scale_id=scale_id,
            scale_name=scale_name,
        )
        listing.value_texts |= dict(zip(value.value_ids, value.values, strict=True))
        values.append(value)
    return values
