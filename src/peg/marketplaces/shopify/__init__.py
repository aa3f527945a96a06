"""Everything that knows Shopify's Admin API, and nothing else."""

API_VERSION = "2026-10"
