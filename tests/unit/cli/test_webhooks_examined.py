"""`peg doctor` tells of the webhooks of the PEG that runs, whatever its own shell knows."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

from tests.support.command_line import peg
from tests.support.given import two_practice_shops

from peg.settings.environment import load_settings
from peg.wiring.alone import alone
from peg.wiring.ground import open_ground
from peg.wiring.peg import open_peg
from peg.workers.embedded import Embedded

ADDRESS = {"PEG_PUBLIC_URL": "https://peg.example.com"}


def begin_to_run(home: Path, environment: Mapping[str, str]) -> None:
    """What `peg run` does before anything else."""

    async def prepare() -> None:
        settings = {"PEG_HOME": str(home), **environment}
        async with open_ground(settings) as ground, open_peg(ground) as opened:
            await Embedded.prepare(opened)

    asyncio.run(prepare())


def of_webhooks(home: Path, environment: Mapping[str, str]) -> list[str]:
    facts = peg(home, "doctor", "--json", **environment).facts
    return [one["sentence"] for one in facts if one["what"].endswith(" webhooks")]


def test_a_doctor_in_another_shell_knows_that_the_running_peg_is_told(tmp_path: Path) -> None:
    with two_practice_shops(tmp_path) as environment:
        begin_to_run(tmp_path, {**environment, **ADDRESS})
        with alone(load_settings({"PEG_HOME": str(tmp_path)})):
            found = of_webhooks(tmp_path, environment)

    assert len(found) == 2
    assert not [one for one in found if "off" in one]


def test_a_running_peg_without_an_address_is_not_told_whatever_the_doctors_shell_has(
    tmp_path: Path,
) -> None:
    with two_practice_shops(tmp_path) as environment:
        begin_to_run(tmp_path, environment)
        with alone(load_settings({"PEG_HOME": str(tmp_path)})):
            found = of_webhooks(tmp_path, {**environment, **ADDRESS})
            narrow = peg(tmp_path, "doctor", COLUMNS="80", **environment).out

    assert len(found) == 2
    assert "look   Shopify webhooks  off, only polls" in narrow
    assert max(map(len, narrow.splitlines())) <= 80
    assert {one.partition(":")[0] for one in found} == {"off, only polls"}
    assert all("where `peg run` starts" in one for one in found)
