"""The rehearsal's screen: stock on both sides, sales as they come, and how fast that is."""

from collections.abc import Mapping
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from peg.domain.identity import Channel
from peg.reads.following import Followed
from peg.reads.live import Live, LivePiece
from peg.reads.sales import Sale

NAMES = {Channel.SHOPIFY: "Shopify", Channel.ETSY: "Etsy"}
STYLES = {Channel.SHOPIFY: "green", Channel.ETSY: "dark_orange3"}
OTHER_LINES = 13
"""Lines of the screen that are no sales."""

SALES_MIN = 3


def picture(
    moment: Live, truth: Mapping[str, Any], buyers: Mapping[str, Any], *, height: int
) -> RenderableType:
    """One moment of the rehearsal, in so many lines of the terminal."""
    return Group(
        _sides(moment, truth),
        Text(),
        _sales(moment, at_most=max(height - OTHER_LINES, SALES_MIN)),
        Text(),
        Text(_so_far(truth)),
        _newest_alert(moment),
        Text(_phase(buyers), style="dim"),
    )


def seconds(figure: float | None) -> str:
    """A time in seconds, as a person reads it."""
    return "-" if figure is None else f"{figure:.2f} s"


def _sides(moment: Live, truth: Mapping[str, Any]) -> Table:
    shops = {shop.channel: shop for shop in moment.shops}
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("")
    for channel, name in NAMES.items():
        table.add_column(name, justify="right", header_style=f"bold {STYLES[channel]}")
    table.add_column("the book", justify="right")
    pieces = [shops[channel].pieces if channel in shops else 0 for channel in NAMES]
    sold = [truth["sales"][channel.value]["units"] for channel in NAMES]
    behind = [shops[channel].behind if channel in shops else 0 for channel in NAMES]
    table.add_row("pieces that can be bought", *map(str, pieces), str(moment.available))
    table.add_row("pieces sold", *map(str, sold), str(sum(sold)))
    table.add_row("sold at the counter", "", "", str(truth["in_person"]["sold"]))
    table.add_row("offers on their way", *map(str, behind), "")
    return table


def _sales(moment: Live, *, at_most: int) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", expand=True)
    table.add_column("sold", no_wrap=True)
    table.add_column("on", no_wrap=True)
    table.add_column("piece", no_wrap=True, overflow="ellipsis", ratio=1)
    for name in NAMES.values():
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("followed in", justify="right", no_wrap=True)
    pieces = {piece.sku: piece for piece in moment.pieces}
    for sale in moment.sales[:at_most]:
        mine = [pieces[sku] for sku in sale.pieces]
        table.add_row(
            f"{sale.created_at.astimezone():%H:%M:%S}",
            Text(NAMES[sale.channel], style=STYLES[sale.channel]),
            Text(", ".join([*(piece.name for piece in mine), *sale.unmapped]) or sale.name),
            *(_shown(mine, channel) for channel in NAMES),
            _followed(sale),
        )
    if not moment.sales:
        table.add_row("", "", Text("no sales yet", style="dim"), "", "", "")
    return table


def _shown(pieces: list[LivePiece], channel: Channel) -> str:
    return " ".join(str(piece.shown.get(channel, "-")) for piece in pieces)


def _followed(sale: Sale) -> Text:
    if sale.cancelled:
        return Text("cancelled", style="dim")
    if sale.followed is Followed.ALONE:
        return Text("one shop only", style="dim")
    if sale.followed is Followed.UNSURE:
        return Text("not sure yet", style="dim")
    if sale.followed is Followed.WAITING:
        return Text("on the way", style="yellow")
    return Text(seconds(sale.seconds), style="bold")


def _so_far(truth: Mapping[str, Any]) -> str:
    lowered, twice = truth["seconds_to_lower"]["after_sales"], truth["double_sales"]
    return (
        f"Sale to withdrawal: half within {seconds(lowered['p50'])}, 99 % within"
        f" {seconds(lowered['p99'])}. Sold twice: {len(twice['inside'])}."
    )


def _newest_alert(moment: Live) -> Text:
    words = moment.alerts[0].sentence if moment.alerts else "No alerts."
    style = "yellow" if moment.alerts else "dim"
    return Text(words, style=style, no_wrap=True, overflow="ellipsis")


def _phase(buyers: Mapping[str, Any]) -> str:
    if buyers["state"] == "idle":
        return "Not open to buyers yet: PEG brings both shops to what the book allows."
    if buyers["state"] == "done":
        return "Closed: PEG brings both shops to what the book allows."
    return f"Open: {buyers['orders']['placed']} of {buyers['orders']['wanted']} orders."
