"""What goes wrong, how often, and from which seed.

Each trap of the real marketplaces is one named fault with a rate from 0 (never) to 1 (always). The
default is what reality does. A fault draws from its own stream, so that setting one does not move
the others.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random


class UnknownFault(Exception):
    """No fault of that name; `marketsim faults` lists them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One way in which a marketplace surprises.

    Attributes:
        name: dotted, beginning with the marketplace: `etsy.stale_read`.
        rate: default probability per occasion, 0 to 1.
        about: what happens, in a sentence.
    """

    name: str
    rate: float
    about: str

    @property
    def by_chance(self) -> bool:
        """Whether it strikes at times by itself: neither always nor only when asked for."""
        return 0 < self.rate < 1


def without_chance(known: Mapping[str, Fault]) -> dict[str, float]:
    """Rates under which nothing strikes by chance; what always holds stays as it is."""
    return {name: 0.0 for name, fault in known.items() if fault.by_chance}


class Faults:
    """The faults of one run, each with its present rate and its own stream of chance."""

    def __init__(self, known: Mapping[str, Fault], *, seed: int) -> None:
        """Start with every fault at its default rate."""
        self._known = known
        self._rates = {fault.name: fault.rate for fault in known.values()}
        self._seed = seed
        self._streams: dict[str, Random] = {}
        self.struck: dict[str, int] = {}

    def strikes(self, name: str) -> bool:
        """Whether the fault happens on this occasion; counted when it does.

        Raises:
            UnknownFault: the name is not in the catalogue of faults.
        """
        rate = self.rate(name)
        hit = rate >= 1 or (rate > 0 and self.stream(name).random() < rate)
        if hit:
            self.struck[name] = self.struck.get(name, 0) + 1
        return hit

    def rate(self, name: str) -> float:
        """The present rate of a fault."""
        if name not in self._rates:
            raise UnknownFault(name)
        return self._rates[name]

    def stream(self, name: str) -> Random:
        """The fault's own stream, for drawing how long or how much as well."""
        if name not in self._known:
            raise UnknownFault(name)
        return self._streams.setdefault(name, Random(f"{self._seed}/{name}"))

    def set_rates(self, rates: Mapping[str, float]) -> None:
        """Change rates, all or none.

        Raises:
            UnknownFault: a name is not known.
            ValueError: a rate is outside 0 to 1.
        """
        for name, rate in rates.items():
            if name not in self._rates:
                raise UnknownFault(name)
            if not 0 <= rate <= 1:
                raise ValueError(f"{name}: a rate lies between 0 and 1, got {rate}")
        self._rates.update(rates)

    def reseed(self, seed: int) -> None:
        """Begin every stream anew from another seed."""
        self._seed = seed
        self._streams.clear()

    def rates(self) -> dict[str, float]:
        """Every fault's present rate."""
        return dict(self._rates)

    def catalogue(self) -> tuple[Fault, ...]:
        """Every known fault with its default."""
        return tuple(self._known.values())
