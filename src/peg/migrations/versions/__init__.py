"""The steps, oldest first. Written by `python -m tools.new_migration`, then read by a person."""
