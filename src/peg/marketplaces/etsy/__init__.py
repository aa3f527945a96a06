"""Etsy Open API v3: everything that knows it, and nothing else."""

QUANTITY_MAX = 999
"""The most pieces of one product that a listing may offer."""
