"""What can be read of a run: connection, stock, people, faults, deliveries and the truth."""

from collections.abc import Iterator
from typing import Any

from marketsim.control.asked import Asked
from marketsim.pieces import MARKETS, MarketName
from marketsim.truth import CEILING_S, report
from marketsim.truth import followed as truth_followed
from marketsim.world import World


def connection(world: World, _asked: Asked) -> dict[str, Any]:
    """Addresses, credentials and shop names of both practice apps; all invented and public."""
    return {name: dict(practice.connection) for name, practice in world.practices.items()}


def status(world: World, _asked: Asked) -> dict[str, Any]:
    """The clock, the people, the webhooks under way and the faults that have struck."""
    return {
        "seed": world.seed,
        "clock": clock(world, _asked),
        "pieces": len(world.catalogue.pieces),
        "buyers": buyers(world, _asked),
        "webhooks_waiting": {n: p.courier.waiting for n, p in world.practices.items()},
        "faults_struck": dict(world.faults.struck),
    }


def clock(world: World, _asked: Asked) -> dict[str, Any]:
    """The market's time and its speed."""
    return {"now": world.clock.now().isoformat(), "speed": world.clock.speed}


def faults(world: World, _asked: Asked) -> dict[str, Any]:
    """Every fault with its default rate, its present rate, and how often it has struck."""
    rates = world.faults.rates()
    return {
        fault.name: {
            "rate": rates[fault.name],
            "default": fault.rate,
            "struck": world.faults.struck.get(fault.name, 0),
            "about": fault.about,
        }
        for fault in world.faults.catalogue()
    }


def buyers(world: World, _asked: Asked) -> dict[str, Any]:
    """How far the newest run of buyers is: idle, running, settling or done."""
    return {"state": "idle"} if world.crowd is None else world.crowd.status()


def units(world: World, asked: Asked) -> dict[str, Any]:
    """Every unit with its pieces, what it shows and what remains. Narrow by market, piece, sku."""
    narrow = {name: asked.text(name, "") for name in ("market", "piece", "sku")}
    return {
        "units": [
            unit
            for name in MARKETS
            for unit in _units(world, name)
            if narrow["market"] in ("", name)
            and (not narrow["piece"] or narrow["piece"] in unit["pieces"])
            and (not narrow["sku"] or narrow["sku"] == unit["sku"])
        ]
    }


def pieces(world: World, _asked: Asked) -> dict[str, Any]:
    """The shelf: every piece, how many there were and how many remain."""
    return {
        "pieces": [
            {
                "piece": piece.id,
                "name": piece.name,
                "one_of_a_kind": piece.one_of_a_kind,
                "on_hand_at_opening": sum(piece.on_hand),
                "remaining": world.truth.remaining[piece.id],
            }
            for piece in world.catalogue.pieces
        ]
    }


def truth(world: World, asked: Asked) -> dict[str, Any]:
    """Sales, double sales inside and outside the window, seconds to lower. ceiling_s may be set."""
    ceiling_s = asked.number("ceiling_s", CEILING_S)
    return report(world.truth, at=world.clock.now(), ceiling_s=ceiling_s)


def followed(world: World, _asked: Asked) -> dict[str, Any]:
    """Every sale that an offer of the other shop followed: when, and after how long."""
    return {"followed": truth_followed(world.truth)}


def happenings(world: World, _asked: Asked) -> dict[str, Any]:
    """Everything that happened to stock, in order, with what each left on the shelf."""
    return {"happenings": [entry.told() for entry in world.truth.diary]}


def secrets(world: World, _asked: Asked) -> dict[str, Any]:
    """Every secret that was ever handed out: app secrets, tokens, codes, webhooks' keys."""
    return {name: sorted(practice.secrets()) for name, practice in world.practices.items()}


def market_truth(world: World, asked: Asked) -> dict[str, Any]:
    """Everything inside one marketplace."""
    return world.market(asked.text("market")).truth()


def webhooks(world: World, asked: Asked) -> dict[str, Any]:
    """Every attempt to deliver a webhook of one marketplace, with its result."""
    return world.practice(asked.text("market")).courier.report()


def _units(world: World, name: MarketName) -> Iterator[dict[str, Any]]:
    market = world.practices[name].market
    typed = {
        unit.parts: (listing.title, unit.sku, [f"{o.name}: {o.value}" for o in unit.options])
        for listing in world.catalogue.listings
        if listing.market == name
        for unit in listing.units
    }
    for unit, parts in market.units().items():
        title, sku, options = typed.get(parts, ("", "", []))
        yield {
            "market": name,
            "unit": unit,
            "title": title,
            "options": options,
            "sku": sku,
            "pieces": dict(parts),
            "buyable": market.buyable(unit),
            "allowed": world.truth.allowed(parts) if parts else None,
        }
