"""Who has sold what, whether a piece was sold twice, and how fast the other side followed.

Everything here comes from the marketplaces' own happenings, in the market's own time.
"""

from marketsim.truth.report import CEILING_S, followed, report
from marketsim.truth.watch import Truth

__all__ = ["CEILING_S", "Truth", "followed", "report"]
