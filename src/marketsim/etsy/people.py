"""Buyers' names and addresses, all invented."""

from random import Random

from marketsim.etsy.receipts import Buyer

_FIRST = ("Alma", "Bea", "Cleo", "Dora", "Edda", "Finn", "Greta", "Hugo", "Ines", "Jonas", "Kaia")
_LAST = ("Ashby", "Birch", "Calder", "Dunmore", "Ellery", "Fenwick", "Garland", "Hollis", "Ives")
_STREETS = ("Larkspur Lane", "Quarry Road", "Tannery Street", "Orchard Row", "Millrace Way")
_TOWNS = (
    ("Harrowgate Falls", "NY", "10999"),
    ("Port Larkin", "OR", "97999"),
    ("Cedar Bluff", "TX", "78999"),
    ("Winterbourne", "MN", "55999"),
)


def draw_buyer(rng: Random) -> Buyer:
    """Somebody with an address."""
    city, state, code = rng.choice(_TOWNS)
    return Buyer(
        user_id=rng.randint(300_000_000, 399_999_999),
        name=f"{rng.choice(_FIRST)} {rng.choice(_LAST)}",
        first_line=f"{rng.randint(1, 250)} {rng.choice(_STREETS)}",
        city=city,
        state=state,
        zip=code,
        country_iso="US",
    )
