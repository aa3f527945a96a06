"""`peg places`: where pieces lie."""

from collections.abc import Callable

from cyclopts import App

from peg.catalog import locations
from peg.cli.shop_names import shop_names
from peg.cli.terminal import Here, Report
from peg.db.transaction import reading
from peg.domain.identity import MAIN, ShopId
from peg.reads.places import PlaceRow, places

app = App(name="places", help="Where pieces lie.", help_format="plaintext")


@app.default
async def list_(*, here: Here) -> int:
    """List the places that `--at` knows: Shopify's by the names they have there, and your own."""
    async with here.ground() as ground, reading(ground.database) as session:
        called = await shop_names(session)
        found = await places(session)
    report = Report(
        facts=[one.model_dump(mode="json") for one in found],
        columns=("place", "name", "of"),
        rows=[(one.place, one.name, _of(one, called)) for one in found],
    )
    return here.show(report)


@app.command
async def add(name: str, /, *, here: Here) -> int:
    """A place of your own, such as a safe: Etsy sells what lies there, Shopify does not know it.

    A place that Shopify should sell from is made there; PEG hears of it within minutes.

    Args:
        name: what you call it.
    """
    async with here.writing() as (_ground, session):
        place = await locations.open_own(session, name)
    sentence = f"{name!r} is a place now: `--at {place}`"
    return here.show(Report(facts={"place": place, "name": name}, sentence=sentence))


def _of(place: PlaceRow, called: Callable[[ShopId], str]) -> str:
    if place.place == MAIN:
        return "what no shop has given a place"
    if place.shop is None:
        return "your own; Shopify shows nothing of it"
    shop = called(ShopId(place.shop))
    return shop if place.open else f"{shop}, closed there"
