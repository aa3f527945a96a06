"""What holds for every test."""

from collections.abc import Iterator

import pytest
from fastapi.dependencies import models
from hypothesis import settings

# The same examples each time, and no clock that judges: a slow machine is no failure.
settings.load_profile("ci")


@pytest.fixture(autouse=True, scope="module")
def pages_are_forgotten() -> Iterator[None]:
    """FastAPI remembers each function behind a page, and that holds the PEG it belongs to.

    One of a few hundred PEGs in a process; a jeweller's has one, for as long as it runs.
    """
    yield
    for kept in vars(models).values():
        if hasattr(kept, "cache_clear"):
            kept.cache_clear()
