"""What listings refer to: shipping and processing profiles, return policies, sections."""

from dataclasses import dataclass
from typing import Any

from marketsim.etsy.credentials import SHOP_ID, USER_ID
from marketsim.etsy.shown.money import money
from marketsim.etsy.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Postage:
    """What a new shipping profile says. Costs are in minor units."""

    title: str
    origin: str
    primary_minor: int
    secondary_minor: int
    postal_code: str = ""
    destination: str = ""
    region: str = "none"
    carrier_id: int | None = None
    mail_class: str | None = None
    delivery_days: tuple[int | None, int | None] = (None, None)


def add_opening_profiles(store: Store) -> None:
    """What the seller set up long ago."""
    add_shipping(
        store,
        Postage(
            title="Insured parcel",
            origin="US",
            primary_minor=1_200,
            secondary_minor=200,
            postal_code="10001",
            carrier_id=1,
            mail_class="priority",
        ),
    )
    add_readiness(store, state="ready_to_ship", days=(1, 3))
    number = store.new_id("other")
    store.profiles.returns[number] = {
        "return_policy_id": number,
        "shop_id": SHOP_ID,
        "accepts_returns": True,
        "accepts_exchanges": True,
        "return_deadline": 30,
    }
    add_section(store, "Rings")


def add_shipping(store: Store, postage: Postage) -> dict[str, Any]:
    """A new shipping profile with one destination."""
    number, destination = store.new_id("other"), store.new_id("other")
    profile = {
        "shipping_profile_id": number,
        "title": postage.title,
        "user_id": USER_ID,
        "origin_country_iso": postage.origin,
        "is_deleted": False,
        "shipping_profile_destinations": [
            {
                "shipping_profile_destination_id": destination,
                "shipping_profile_id": number,
                "origin_country_iso": postage.origin,
                "destination_country_iso": postage.destination,
                "destination_region": postage.region,
                "primary_cost": money(postage.primary_minor),
                "secondary_cost": money(postage.secondary_minor),
                "shipping_carrier_id": postage.carrier_id,
                "mail_class": postage.mail_class,
                "min_delivery_days": postage.delivery_days[0],
                "max_delivery_days": postage.delivery_days[1],
            }
        ],
        "shipping_profile_upgrades": [],
        "origin_postal_code": postage.postal_code or None,
        "profile_type": "manual",
        "domestic_handling_fee": 0,
        "international_handling_fee": 0,
    }
    store.profiles.shipping[number] = profile
    return profile


def add_readiness(
    store: Store, *, state: str, days: tuple[int, int], unit: str = "days"
) -> dict[str, Any]:
    """A new processing profile."""
    number = store.new_id("other")
    factor = 5 if unit == "weeks" else 1
    profile = {
        "shop_id": SHOP_ID,
        "readiness_state_id": number,
        "readiness_state": state,
        "min_processing_days": days[0] * factor,
        "max_processing_days": days[1] * factor,
        "processing_days_display_label": f"{days[0]} - {days[1]} {unit}",
    }
    store.profiles.readiness[number] = profile
    return profile


def add_section(store: Store, title: str) -> dict[str, Any]:
    """A new section of the shop."""
    number = store.new_id("other")
    section = {
        "shop_section_id": number,
        "title": title,
        "rank": len(store.profiles.sections) + 1,
        "user_id": USER_ID,
        "active_listing_count": 0,
    }
    store.profiles.sections[number] = section
    return section
