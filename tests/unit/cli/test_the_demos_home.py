"""What a rehearsal leaves behind: nothing, or what tells why it did not end well."""

import pytest

from peg.cli.demo.home import fresh_home
from peg.cli.demo.practice import BadRehearsal, PracticeMissing
from peg.domain.errors import PegError


def test_a_rehearsal_that_ends_well_leaves_nothing() -> None:
    said: list[str] = []

    with fresh_home(said.append) as home:
        (home.path / "peg.log").touch()

    assert not home.path.exists()
    assert said == []


def test_a_fault_keeps_its_folder_and_names_it_however_early_it_comes() -> None:
    said: list[str] = []

    with pytest.raises(ValueError, match="a fault"), fresh_home(said.append) as home:  # noqa: PT012 - what stands there when it fails
        (home.path / "peg.log").touch()
        raise ValueError("a fault")

    assert [str(home.path) in sentence for sentence in said] == [True]
    (home.path / "peg.log").unlink()
    home.path.rmdir()


@pytest.mark.parametrize(
    "refusal", [BadRehearsal("no such fault"), PracticeMissing("the port is taken")]
)
def test_one_that_never_began_leaves_nothing(refusal: PegError) -> None:
    said: list[str] = []

    with pytest.raises(type(refusal)), fresh_home(said.append) as home:
        raise refusal

    assert not home.path.exists()
    assert said == []


def test_a_refusal_after_it_began_keeps_its_folder() -> None:
    said: list[str] = []

    with pytest.raises(PracticeMissing), fresh_home(said.append) as home:  # noqa: PT012 - it has begun when it fails
        home.begun = True
        raise PracticeMissing("the practice shops ended")

    assert [str(home.path) in sentence for sentence in said] == [True]
    home.path.rmdir()


def test_one_that_is_stopped_leaves_nothing() -> None:
    with pytest.raises(KeyboardInterrupt), fresh_home(lambda _: None) as home:
        raise KeyboardInterrupt

    assert not home.path.exists()
