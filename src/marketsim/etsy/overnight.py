"""The trap of a documented field that is gone one morning, from every answer of its kind."""

from collections.abc import Iterable
from typing import Any

from marketsim.faults import Faults

FAULT = "etsy.field_gone"


class Overnight:
    """Which field is gone from each kind of answer: drawn once, until the fault is switched off."""

    def __init__(self, faults: Faults) -> None:
        """Nothing is gone yet."""
        self._faults = faults
        self._gone: dict[str, str] = {}

    def gone(self, kind: str, names: Iterable[str]) -> str | None:
        """The field that answers of this kind lack, one of `names`; None while none does."""
        if self._faults.rate(FAULT) == 0:
            self._gone.clear()
        elif kind not in self._gone and self._faults.strikes(FAULT):
            self._gone[kind] = self._faults.stream(FAULT).choice(list(names))
        return self._gone.get(kind)

    def without(self, kind: str, shown: dict[str, Any], *, key: str) -> dict[str, Any]:
        """What is shown, without the field that is gone; never without its `key`."""
        gone = self.gone(kind, (name for name in shown if name != key))
        return {name: value for name, value in shown.items() if name != gone}

    def without_part(self, inventory: dict[str, Any]) -> dict[str, Any]:
        """An inventory without the field that is gone from it, its products or its offerings."""
        products = inventory["products"]
        offerings = [offering for product in products for offering in product["offerings"]]
        levels = {"inventory": [inventory], "product": products, "offering": offerings}
        names = (f"{level}.{name}" for level, parts in levels.items() for name in parts[0])
        gone = self.gone("inventory", names)
        if gone is not None:
            level, _, name = gone.partition(".")
            for part in levels[level]:
                part.pop(name, None)
        return inventory
