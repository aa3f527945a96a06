"""Etsy Open API v3: everything that knows it, and nothing else."""
