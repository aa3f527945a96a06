import pytest

from marketsim.faults import Fault, Faults, UnknownFault, without_chance

KNOWN = {name: Fault(name=name, rate=0.3, about="for tests") for name in ("a.lost", "b.late")}


def test_the_same_seed_strikes_at_the_same_occasions_whatever_other_faults_do() -> None:
    alone, together = Faults(KNOWN, seed=7), Faults(KNOWN, seed=7)

    first = [alone.strikes("a.lost") for _ in range(200)]
    second = []
    for _ in range(200):
        together.strikes("b.late")
        second.append(together.strikes("a.lost"))

    assert first == second
    assert 30 < sum(first) < 90


def test_an_unknown_fault_changes_no_rate_at_all() -> None:
    faults = Faults(KNOWN, seed=1)

    with pytest.raises(UnknownFault):
        faults.set_rates({"a.lost": 1.0, "typo": 1.0})

    assert faults.rate("a.lost") == 0.3


def test_without_chance_the_rules_stay_and_so_does_what_never_struck() -> None:
    rates = {"a.rule": 1.0, "a.lost": 0.005, "a.asked_for": 0.0}
    known = {name: Fault(name=name, rate=rate, about="") for name, rate in rates.items()}

    assert without_chance(known) == {"a.lost": 0.0}
