"""What holds for every test."""

from hypothesis import settings

# The same examples each time, and no clock that judges: a slow machine is no failure.
settings.load_profile("ci")
