"""A practice Etsy with one shop: Open API v3, OAuth with PKCE, both rate limits and webhooks.

Stricter than reality, never kinder. Put together by `marketsim.etsy.app.build_etsy`.
"""

from marketsim.etsy.traps import FAULTS

__all__ = ["FAULTS"]
