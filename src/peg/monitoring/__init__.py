"""Logging, metrics, tracing: near the ground, so that everything may report."""
