"""The composition root: builds everything once, from the settings."""
