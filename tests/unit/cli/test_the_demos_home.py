"""What a rehearsal leaves behind: nothing, or what tells why it did not end well."""

import pytest

from peg.cli.demo.home import fresh_home
from peg.cli.demo.practice import BadRehearsal


def test_a_rehearsal_that_ends_well_leaves_nothing() -> None:
    said: list[str] = []

    with fresh_home(said.append) as home:
        (home.path / "peg.log").touch()

    assert not home.path.exists()
    assert said == []


def test_one_that_fails_keeps_its_folder_and_names_it() -> None:
    said: list[str] = []

    with pytest.raises(ValueError, match="a fault"), fresh_home(said.append) as home:  # noqa: PT012 - what stands there when it fails
        (home.path / "peg.log").touch()
        raise ValueError("a fault")

    assert [str(home.path) in sentence for sentence in said] == [True]
    (home.path / "peg.log").unlink()
    home.path.rmdir()


def test_one_that_was_typed_wrong_leaves_nothing() -> None:
    said: list[str] = []

    with pytest.raises(BadRehearsal), fresh_home(said.append) as home:
        raise BadRehearsal("no such fault")

    assert not home.path.exists()
    assert said == []


def test_one_that_is_stopped_leaves_nothing() -> None:
    with pytest.raises(KeyboardInterrupt), fresh_home(lambda _: None) as home:
        raise KeyboardInterrupt

    assert not home.path.exists()
