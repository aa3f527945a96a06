"""Where a promise needs no thread and no socket, its time is a number: no busy machine is late."""

import asyncio
from collections.abc import Callable, Mapping

import pytest
from tests.simulation.virtual_loop import VirtualLoop

LoopFactories = Mapping[str, Callable[[], asyncio.AbstractEventLoop]]


def pytest_asyncio_loop_factories(item: pytest.Item) -> LoopFactories:
    """The loop of each test."""
    if item.get_closest_marker("virtual_time"):
        return {"virtual": VirtualLoop}
    return {"real": asyncio.new_event_loop}
