"""The shop, its owner, and the profiles that listings refer to."""

from typing import Any

from marketsim.etsy.asked import Answer, Asked
from marketsim.etsy.credentials import APPLICATION_ID, SHOP_ID, USER_ID
from marketsim.etsy.inventory_body import price_minor
from marketsim.etsy.operation import Operation
from marketsim.etsy.profiles import Postage, add_readiness, add_section, add_shipping
from marketsim.etsy.refusals import bad, refused
from marketsim.etsy.shop import Shop
from marketsim.etsy.shown.shops import shop_of

SECTIONS_MAX = 20
SECTION_CHARS_MAX = 24
REGIONS = ("eu", "non_eu", "none")
PROCESSING_DAYS_MAX = 10
DELIVERY_DAYS_MAX = 45


def ping(_: Shop, __: Asked) -> Answer:
    """Whose key this is."""
    return Answer({"application_id": APPLICATION_ID})


def token_scopes(shop: Shop, asked: Asked) -> Answer:
    """What a token may do."""
    return Answer({"scopes": sorted(shop.grants.scopes_of(asked.form.needed("token")))})


def get_me(_: Shop, __: Asked) -> Answer:
    """Whose token this is."""
    return Answer({"user_id": USER_ID, "shop_id": SHOP_ID})


def get_shop(shop: Shop, _: Asked) -> Answer:
    """The shop itself."""
    return Answer(shop_of(shop))


def get_shipping_profiles(shop: Shop, _: Asked) -> Answer:
    """All shipping profiles."""
    return _all(list(shop.store.profiles.shipping.values()))


def create_shipping_profile(shop: Shop, asked: Asked) -> Answer:
    """A new shipping profile; where it goes to is either a country or a region."""
    form = asked.form
    country, region = (
        form.text("destination_country_iso"),
        form.choice("destination_region", REGIONS),
    )
    carrier, mail_class = form.integer("shipping_carrier_id", least=0), form.text("mail_class")
    days = tuple(
        form.integer(f"{end}_delivery_days", least=1, most=DELIVERY_DAYS_MAX)
        for end in ("min", "max")
    )
    if not (carrier and mail_class) and None in days:
        raise bad("Either shipping_carrier_id and mail_class or both delivery days are needed")
    if country and region not in {None, "none"}:
        raise bad("Either destination_country_iso or destination_region, not both")
    costs = [price_minor(_cost(asked, name)) for name in ("primary_cost", "secondary_cost")]
    profile = add_shipping(
        shop.store,
        Postage(
            title=form.needed("title"),
            origin=_country(form.needed("origin_country_iso")),
            primary_minor=costs[0],
            secondary_minor=costs[1],
            postal_code=form.text("origin_postal_code") or "",
            destination=_country(country) if country else "",
            region=region or "none",
            carrier_id=carrier or None,
            mail_class=mail_class or None,
            delivery_days=(days[0], days[1]),
        ),
    )
    return Answer(profile)


def get_readiness_states(shop: Shop, asked: Asked) -> Answer:
    """A page of processing profiles."""
    limit, offset = asked.query.page()
    rows = list(shop.store.profiles.readiness.values())
    page = shop.pages.cut(rows, limit=limit, offset=offset)
    return Answer({"count": len(rows), "results": page})


def create_readiness_state(shop: Shop, asked: Asked) -> Answer:
    """A new processing profile; an equal one is a conflict."""
    form = asked.form
    for name in ("readiness_state", "min_processing_time", "max_processing_time"):
        form.needed(name)
    state = form.choice("readiness_state", ("ready_to_ship", "made_to_order")) or ""
    unit = form.choice("processing_time_unit", ("days", "weeks")) or "days"
    least = form.integer("min_processing_time", least=1, most=PROCESSING_DAYS_MAX) or 1
    most = form.integer("max_processing_time", least=1, most=PROCESSING_DAYS_MAX) or 1
    if least > most:
        raise bad("min_processing_time must not be above max_processing_time")
    label = f"{least} - {most} {unit}"
    known = shop.store.profiles.readiness.values()
    if any(
        (it["readiness_state"], it["processing_days_display_label"]) == (state, label)
        for it in known
    ):
        raise refused(409, "A processing profile with these values exists already")
    return Answer(add_readiness(shop.store, state=state, days=(least, most), unit=unit), 201)


def get_return_policies(shop: Shop, _: Asked) -> Answer:
    """All return policies."""
    return _all(list(shop.store.profiles.returns.values()))


def get_sections(shop: Shop, _: Asked) -> Answer:
    """All sections with how many of their listings are on sale."""
    active = [it for it in shop.store.listings.values() if it.state == "active"]
    rows = [
        section
        | {"active_listing_count": sum(1 for it in active if it.details.shop_section_id == number)}
        for number, section in shop.store.profiles.sections.items()
    ]
    return _all(rows)


def create_section(shop: Shop, asked: Asked) -> Answer:
    """A new section at the end."""
    title = asked.form.needed("title")
    if len(title) > SECTION_CHARS_MAX:
        raise bad(f"A section's title has at most {SECTION_CHARS_MAX} characters")
    if len(shop.store.profiles.sections) >= SECTIONS_MAX:
        raise bad(f"A shop has at most {SECTIONS_MAX} sections")
    return Answer(add_section(shop.store, title))


def _all(rows: list[dict[str, Any]]) -> Answer:
    return Answer({"count": len(rows), "results": rows})


def _country(code: str) -> str:
    if len(code) != 2 or not code.isascii() or not code.isupper():
        raise bad(f"Not a country code of two capital letters: {code}")
    return code


def _cost(asked: Asked, name: str) -> float:
    asked.form.needed(name)
    cost = asked.form.number(name) or 0
    if cost < 0:
        raise bad(f"Value of '{name}' must not be negative")
    return cost


def _reading(name: str, path: str, scope: str | None, act: Any) -> Operation:
    known = frozenset({"limit", "offset"}) if act is get_readiness_states else frozenset()
    return Operation(name=name, method="GET", path=path, scope=scope, act=act, known=known)


OPERATIONS = (
    _reading("ping", "/openapi-ping", None, ping),
    _reading("getMe", "/users/me", "shops_r", get_me),
    _reading("getShop", "/shops/{shop_id}", None, get_shop),
    _reading(
        "getShopShippingProfiles",
        "/shops/{shop_id}/shipping-profiles",
        "shops_r",
        get_shipping_profiles,
    ),
    _reading(
        "getShopReadinessStateDefinitions",
        "/shops/{shop_id}/readiness-state-definitions",
        "shops_r",
        get_readiness_states,
    ),
    _reading(
        "getShopReturnPolicies", "/shops/{shop_id}/policies/return", None, get_return_policies
    ),
    _reading("getShopSections", "/shops/{shop_id}/sections", None, get_sections),
    Operation(
        name="tokenScopes",
        method="POST",
        path="/scopes",
        scope=None,
        act=token_scopes,
        takes="form",
        known=frozenset({"token"}),
    ),
    Operation(
        name="createShopShippingProfile",
        method="POST",
        path="/shops/{shop_id}/shipping-profiles",
        scope="shops_w",
        act=create_shipping_profile,
        takes="form",
        known=frozenset(
            {
                "title",
                "origin_country_iso",
                "primary_cost",
                "secondary_cost",
                "min_processing_time",
                "max_processing_time",
                "processing_time_unit",
                "destination_country_iso",
                "destination_region",
                "origin_postal_code",
                "shipping_carrier_id",
                "mail_class",
                "min_delivery_days",
                "max_delivery_days",
            }
        ),
    ),
    Operation(
        name="createShopReadinessStateDefinition",
        method="POST",
        path="/shops/{shop_id}/readiness-state-definitions",
        scope="shops_w",
        act=create_readiness_state,
        takes="form",
        known=frozenset(
            {
                "readiness_state",
                "min_processing_time",
                "max_processing_time",
                "processing_time_unit",
            }
        ),
    ),
    Operation(
        name="createShopSection",
        method="POST",
        path="/shops/{shop_id}/sections",
        scope="shops_w",
        act=create_section,
        takes="form",
        known=frozenset({"title"}),
    ),
)
