"""The background work of a process, begun, kept running, and stopped."""
