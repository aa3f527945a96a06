"""Draws, from a seed, what a believable jeweller owns and how it was typed into the two shops."""

from marketsim.catalogue.draw import draw_catalogue
from marketsim.catalogue.slips import Slips

__all__ = ["Slips", "draw_catalogue"]
