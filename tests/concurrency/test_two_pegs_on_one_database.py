"""One `peg run` per database: a second one refuses, and may begin as soon as the first is gone."""

import json
import os
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

from tests.support.running import Runner, answers, free_port, running

ENDS_WITHIN_S = 60.0
REFUSED = 4


def begin(home: Path, port: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "peg", "run", "--json"],
        env={**os.environ, "PEG_HOME": str(home), "PEG_PORT": str(port)},
        stderr=subprocess.PIPE,
    )


def refusal(process: subprocess.Popen[bytes]) -> tuple[int, str, str]:
    _, said = process.communicate(timeout=ENDS_WITHIN_S)
    told = json.loads(said.splitlines()[-1])
    return process.returncode, told["error"], told["sentence"]


def still_runs(runner: Runner) -> bool:
    return runner.process.poll() is None and answers(runner.url)


def test_a_second_peg_on_the_same_data_refuses_and_says_what_to_do(tmp_path: Path) -> None:
    with running(tmp_path) as first:
        code, error, sentence = refusal(begin(tmp_path, free_port()))

        assert (code, error) == (REFUSED, "AlreadyRunning")
        assert f"{tmp_path}/peg.db.lock" in sentence
        assert "stop it" in sentence
        assert still_runs(first)


def test_of_several_that_begin_at_once_on_a_new_database_one_runs(tmp_path: Path) -> None:
    ports = [free_port() for _ in range(3)]
    with ExitStack() as ending:
        processes = []
        for port in ports:
            processes.append(ending.enter_context(begin(tmp_path, port)))
            ending.callback(processes[-1].kill)

        give_up_at = time.monotonic() + ENDS_WITHIN_S
        while sum(process.poll() is None for process in processes) > 1:
            assert time.monotonic() < give_up_at
            time.sleep(0.05)
        refused = [refusal(one)[:2] for one in processes if one.poll() is not None]
        (port,) = [port for port, one in zip(ports, processes, strict=True) if one.poll() is None]
        while not answers(f"http://127.0.0.1:{port}"):
            assert time.monotonic() < give_up_at
            time.sleep(0.05)

        assert refused == [(REFUSED, "AlreadyRunning")] * 2


def test_when_the_first_is_killed_the_second_begins_at_once(tmp_path: Path) -> None:
    with running(tmp_path) as first:
        first.process.kill()
        first.process.wait(timeout=ENDS_WITHIN_S)

        with running(tmp_path) as second:
            assert still_runs(second)
