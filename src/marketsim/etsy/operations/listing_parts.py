"""Images, properties and personalization of a listing."""

from typing import Any

from marketsim.etsy.asked import Answer, Asked, Fields
from marketsim.etsy.operation import Operation
from marketsim.etsy.operations.listing_reads import find
from marketsim.etsy.operations.questions import checked_questions
from marketsim.etsy.records import Image, Listing, PropertyValue
from marketsim.etsy.refusals import bad, not_found
from marketsim.etsy.shop import Shop
from marketsim.etsy.shown.inventories import property_value
from marketsim.etsy.shown.listings import image as shown_image
from marketsim.etsy.taxonomy import RING_SCALES, Property, property_of

IMAGES_MAX = 20
ALT_TEXT_CHARS_MAX = 500
IMAGE_BYTES_MAX = 10_000_000
PICTURES_BEGIN = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a")
"""JPEG, PNG and GIF; nothing further of a picture is looked at."""


def images_of(shop: Shop, listing: Listing, form: Fields) -> list[Image] | None:
    """The images that a form's image_ids name, in that order; None where it names none."""
    numbers = form.integers("image_ids")
    if numbers is None:
        return None
    if len(numbers) > IMAGES_MAX:
        raise bad(f"A listing has at most {IMAGES_MAX} images")
    known = {image.id: image for image in listing.images}
    images = []
    for rank, number in enumerate(numbers, start=1):
        if number not in known and number not in shop.store.images:
            raise bad(f"Invalid image id: {number}")
        alt_text = known[number].alt_text if number in known else shop.store.images[number]
        images.append(Image(id=number, rank=rank, alt_text=alt_text, created_at=shop.store.now()))
    return images


def upload_image(shop: Shop, asked: Asked) -> Answer:
    """A new image, or one uploaded before, at a rank."""
    form, listing = asked.form, find(shop, asked.path["listing_id"])
    rank = form.integer("rank", least=0) or 1
    form.flag("is_watermarked")
    overwrite = bool(form.flag("overwrite"))
    alt_text = form.text("alt_text") or ""
    if len(alt_text) > ALT_TEXT_CHARS_MAX:
        raise bad(f"alt_text has at most {ALT_TEXT_CHARS_MAX} characters")
    number = _image_number(shop, asked)
    kept = [it for it in listing.images if it.id != number and not (overwrite and it.rank == rank)]
    if len(kept) >= IMAGES_MAX:
        raise bad(f"A listing has at most {IMAGES_MAX} images")
    added = Image(id=number, rank=rank, alt_text=alt_text, created_at=shop.store.now())
    kept.insert(min(rank - 1, len(kept)), added)
    listing.images = [
        Image(id=it.id, rank=place, alt_text=it.alt_text, created_at=it.created_at)
        for place, it in enumerate(kept, start=1)
    ]
    shop.store.images[number] = alt_text
    listing.updated_at = shop.store.now()
    shop.notices.of_listing("updated", listing)
    shown = next(it for it in listing.images if it.id == number)
    return Answer(shown_image(shop, listing, shown), 201)


def put_property(shop: Shop, asked: Asked) -> Answer:
    """Set one attribute of a listing."""
    listing, number = find(shop, asked.path["listing_id"]), asked.path["property_id"]
    known = property_of(listing.details.taxonomy_id, number)
    if known is None or not known.for_attributes:
        raise not_found(f"a property with property_id = {number} for this listing")
    value_ids, values = asked.form.integers("value_ids"), asked.form.texts("values")
    if not value_ids or not values:
        raise bad("The request is missing a required field: value_ids and values")
    if len(value_ids) != len(values) or len(values) > (known.values_max or 1):
        raise bad("value_ids and values must be equally many, and no more than the property allows")
    scale_id = asked.form.integer("scale_id", least=1)
    if scale_id is not None and scale_id not in known.scales:
        raise bad(f"Property {number} has no scale {scale_id}")
    texts = tuple(_stored(shop, known, each) for each in value_ids)
    value = PropertyValue(
        property_id=number,
        name=known.name,
        value_ids=tuple(shop.store.new_id("value") for _ in texts),
        values=texts,
        scale_id=scale_id,
        scale_name=RING_SCALES.get(scale_id or 0),
    )
    listing.attributes[number] = value
    listing.updated_at = shop.store.now()
    shop.notices.of_listing("updated", listing)
    return Answer(property_value(value))


def post_personalization(shop: Shop, asked: Asked) -> Answer:
    """Replace what buyers are asked."""
    listing = find(shop, asked.path["listing_id"])
    several = bool(asked.query.flag("supports_multiple_personalization_questions"))
    questions = checked_questions(shop, asked.body, several=several)
    listing.questions = questions
    listing.updated_at = shop.store.now()
    shop.notices.of_listing("updated", listing)
    body: dict[str, Any] = {"personalization_questions": questions}
    return Answer(body, 201)


def _image_number(shop: Shop, asked: Asked) -> int:
    if "image" in asked.files:
        image = asked.files["image"]
        if not 0 < image.size <= IMAGE_BYTES_MAX:
            raise bad("The image is empty or larger than 10 MB")
        if not image.begins.startswith(PICTURES_BEGIN):
            raise bad("The image is neither a JPEG, a PNG nor a GIF")
        return shop.store.new_id("image")
    number = asked.form.integer("listing_image_id", least=1)
    if number is None:
        raise bad("Either image or listing_image_id is needed")
    if number not in shop.store.images:
        raise not_found(f"an image with listing_image_id = {number}")
    return number


def _stored(shop: Shop, known: Property, number: int) -> str:
    """The value behind an id; a guessed id is accepted and stores another value."""
    for choice in known.choices:
        if choice.id == number:
            return choice.name
    if not shop.strikes("guessed_value_id"):
        raise bad(f"Property {known.id} has no value {number}")
    return known.choices[number % len(known.choices)].name


OPERATIONS = (
    Operation(
        name="uploadListingImage",
        method="POST",
        path="/shops/{shop_id}/listings/{listing_id}/images",
        scope="listings_w",
        act=upload_image,
        takes="file",
        known=frozenset({"listing_image_id", "rank", "overwrite", "is_watermarked", "alt_text"}),
    ),
    Operation(
        name="updateListingProperty",
        method="PUT",
        path="/shops/{shop_id}/listings/{listing_id}/properties/{property_id}",
        scope="listings_w",
        act=put_property,
        takes="form",
        known=frozenset({"value_ids", "values", "scale_id"}),
    ),
    Operation(
        name="updateListingPersonalization",
        method="POST",
        path="/shops/{shop_id}/listings/{listing_id}/personalization",
        scope="listings_w",
        act=post_personalization,
        takes="json",
        known=frozenset({"supports_multiple_personalization_questions"}),
    ),
)
