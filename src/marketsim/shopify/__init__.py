"""A practice Shopify with one shop: Admin GraphQL 2026-10, OAuth, stock, orders and webhooks."""

from marketsim.shopify.traps import FAULTS

__all__ = ["FAULTS"]
