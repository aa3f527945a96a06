"""The project's own tables, read through `importlib.resources`."""
