"""Seeded people: buyers on both marketplaces, and the shopkeeper who edits stock by hand."""

from marketsim.buyers.crowd import Crowd
from marketsim.buyers.habits import Habits

__all__ = ["Crowd", "Habits"]
