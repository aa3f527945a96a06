"""Doors to the world: one adapter per marketplace behind one port."""
