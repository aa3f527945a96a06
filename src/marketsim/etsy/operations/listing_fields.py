"""The fields of a listing that a seller can say, read from a form and checked."""

from dataclasses import replace
from typing import Any

from marketsim.etsy.asked import Fields
from marketsim.etsy.records import Details
from marketsim.etsy.refusals import bad
from marketsim.etsy.shop import Shop
from marketsim.etsy.taxonomy import nodes, roots
from marketsim.etsy.wording import check_materials, check_tags

WHO_MADE = ("i_did", "someone_else", "collective")
WHEN_MADE = (
    "made_to_order",
    "2020_2026",
    "2010_2019",
    "2007_2009",
    "before_2007",
    "2000_2006",
    *(f"19{decade}0s" for decade in range(9, -1, -1)),
    "1800s",
    "1700s",
    "before_1700",
)
TYPES = ("physical", "download", "both")
FLAGS = ("should_auto_renew", "is_taxable", "is_supply", "is_customizable", "is_personalizable")
SIZES = ("item_weight", "item_length", "item_width", "item_height")
UNITS = {
    "item_weight_unit": ("oz", "lb", "g", "kg"),
    "item_dimensions_unit": ("in", "ft", "mm", "cm", "m", "yd", "inches"),
}
KNOWN = frozenset(
    {
        *FLAGS,
        *SIZES,
        *UNITS,
        "who_made",
        "when_made",
        "type",
        "tags",
        "materials",
        "styles",
        "taxonomy_id",
        "shipping_profile_id",
        "return_policy_id",
        "readiness_state_id",
        "shop_section_id",
        "processing_min",
        "processing_max",
        "featured_rank",
        "image_ids",
        "production_partner_ids",
        "personalization_is_required",
        "personalization_char_count_max",
        "personalization_instructions",
        "title",
        "description",
    }
)


def with_fields(shop: Shop, details: Details, form: Fields) -> Details:
    """`details` with what the form says; what it leaves out stays.

    Raises:
        Refusal: a field breaks a rule or names something that does not exist.
    """
    changes: dict[str, Any] = {
        "who_made": form.choice("who_made", WHO_MADE),
        "when_made": form.choice("when_made", WHEN_MADE),
        "type": form.choice("type", TYPES),
        "taxonomy_id": _one_of(form, "taxonomy_id", nodes().keys() - {it.id for it in roots()}),
        "shipping_profile_id": _one_of(form, "shipping_profile_id", shop.store.profiles.shipping),
        "return_policy_id": _one_of(form, "return_policy_id", shop.store.profiles.returns),
        "readiness_state_id": _one_of(form, "readiness_state_id", shop.store.profiles.readiness),
        "shop_section_id": _one_of(form, "shop_section_id", shop.store.profiles.sections),
        "processing_min": form.integer("processing_min", least=0),
        "processing_max": form.integer("processing_max", least=0),
        "featured_rank": form.integer("featured_rank"),
        **{name: form.flag(name) for name in FLAGS},
        **{name: _size(form, name) for name in SIZES},
        **{name: form.choice(name, ("", *units)) or None for name, units in UNITS.items()},
        **_lists(form),
    }
    return replace(details, **{name: it for name, it in changes.items() if it is not None})


def _lists(form: Fields) -> dict[str, tuple[str, ...]]:
    tags, materials, styles = (form.texts(name) for name in ("tags", "materials", "styles"))
    check_tags(tags or ())
    check_materials(materials or ())
    if styles is not None and len(styles) > 2:
        raise bad("A listing has at most 2 styles")
    named = (("tags", tags), ("materials", materials), ("styles", styles))
    return {name: tuple(texts) for name, texts in named if texts is not None}


def _one_of(form: Fields, name: str, known: Any) -> int | None:
    number = form.integer(name, least=1)
    if number is not None and number not in known:
        raise bad(f"Invalid {name}: {number}")
    return number


def _size(form: Fields, name: str) -> float | None:
    value = form.number(name)
    if value is not None and value < 0:
        raise bad(f"Value of '{name}' must not be negative")
    return value
