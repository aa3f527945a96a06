"""The owner of a rehearsal's shops begins anew when a shop gave no answer, and not for ever."""

import socket
from pathlib import Path

import pytest
from tests.support.command_line import peg
from tests.support.given import practice_shops

from peg.cli.demo.connecting import TRIES, persistently
from peg.domain.errors import BadSku, PegError
from peg.marketplaces.port import MaybeApplied


class Consent:
    """A consent page that fails so often, and then works."""

    def __init__(self, *failures: PegError) -> None:
        self._failures = list(failures)
        self.tried = 0

    async def __call__(self) -> str:
        self.tried += 1
        if self._failures:
            raise self._failures.pop(0)
        return "connected"


async def test_a_shop_that_gave_no_answer_is_connected_anew() -> None:
    consent = Consent(MaybeApplied("no answer"), MaybeApplied("no answer"))

    assert await persistently(consent) == "connected"


async def test_one_that_never_answers_is_given_up() -> None:
    consent = Consent(*[MaybeApplied("no answer")] * TRIES)

    with pytest.raises(MaybeApplied):
        await persistently(consent)
    assert consent.tried == TRIES


async def test_between_two_tries_there_is_a_pause() -> None:
    """Of a shop that failed often nothing is asked for half a minute."""
    consent, pauses = Consent(*[MaybeApplied("no answer")] * TRIES), Consent()

    with pytest.raises(MaybeApplied):
        await persistently(consent, pause=pauses)

    assert (consent.tried, pauses.tried) == (TRIES, TRIES - 1)


async def test_a_refusal_is_not_tried_again() -> None:
    consent = Consent(BadSku("no"))

    with pytest.raises(BadSku):
        await persistently(consent)
    assert consent.tried == 1


def test_another_demos_shop_is_named_with_the_variable_that_leads_to_it(tmp_path: Path) -> None:
    """It knows nothing of this one, so its consent page sends nobody back."""
    with practice_shops() as environment:
        other = environment["PEG_SHOPIFY_URL"]
        ran = peg(tmp_path, "demo", "--headless", "--orders=1", PEG_SHOPIFY_URL=other)

    assert ran.code == 2
    assert "did not send the browser back to PEG" in ran.err
    assert "PEG_SHOPIFY_URL" in ran.err


def test_a_port_that_another_program_has_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ran = peg(tmp_path, "demo", "--headless", "--orders=1", f"--port={port}")

    assert ran.code == 4
    assert f"cannot listen on 127.0.0.1 port {port}" in ran.err
    assert "name another port by `--port`" in ran.err
