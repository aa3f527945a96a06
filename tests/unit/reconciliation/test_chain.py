"""The chain of signatures: whatever is changed, left out or put in shows at its first link."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peg.reconciliation.chain import Broken, Check, Link, digest_of, next_link

KEY, ANOTHER = b"k" * 32, b"a" * 32


def chain_of(many: int, *, key: bytes = KEY) -> list[Link]:
    links: list[Link] = []
    for number in range(many):
        digest = digest_of({"comparison": number})
        links.append(next_link(key, links[-1] if links else None, digest))
    return links


def first_broken(links: list[Link], anchor: Link | None = None) -> Broken | None:
    check = Check(KEY, anchor)
    found = [check.of_anchor(), *(check.of(one, one.digest) for one in links)]
    return next((one for one in found if one is not None), None)


@given(many=st.integers(0, 6), forgotten=st.integers(0, 6))
def test_a_chain_as_it_was_made_holds_from_wherever_it_is_kept(many: int, forgotten: int) -> None:
    links = chain_of(many)
    anchor = links[forgotten - 1] if 0 < forgotten <= many else None
    kept = links[forgotten:] if anchor else links

    assert first_broken(kept, anchor) is None


FORGED = "f" * 64
CHANGES: tuple[Callable[[Link], Link], ...] = (
    lambda link: replace(link, former=FORGED),
    lambda link: replace(link, digest=FORGED),
    lambda link: replace(link, signature=FORGED),
)


@given(at=st.integers(0, 4), change=st.sampled_from(CHANGES))
def test_a_changed_link_is_named(at: int, change: Callable[[Link], Link]) -> None:
    links = chain_of(5)
    links[at] = change(links[at])

    broken = first_broken(links)

    assert broken is not None
    assert broken.link == at + 1


@given(at=st.integers(0, 3))
def test_a_link_that_is_left_out_is_named(at: int) -> None:
    links = chain_of(5)
    del links[at]

    assert first_broken(links) == Broken(at + 1, "it is missing")


@given(at=st.integers(0, 4))
def test_a_link_signed_with_another_key_is_named(at: int) -> None:
    links = chain_of(5)
    before = links[at - 1] if at else None
    links[at] = next_link(ANOTHER, before, links[at].digest)

    broken = first_broken(links)

    assert broken is not None
    assert broken.link == at + 1


@given(at=st.integers(0, 3))
def test_a_link_that_was_truly_signed_in_another_chain_is_found_by_the_next(at: int) -> None:
    """As when an old database is mixed with a newer one."""
    links = chain_of(5)
    before = links[at - 1] if at else None
    links[at] = next_link(KEY, before, digest_of({"comparison": "of another day"}))

    assert first_broken(links) == Broken(at + 2, "it was not signed behind the link before it")


def test_a_report_that_says_something_else_than_was_signed_is_named() -> None:
    (link,) = chain_of(1)

    broken = Check(KEY, None).of(link, digest_of({"comparison": "another"}))

    assert broken == Broken(1, "what it found was changed after it was signed")


def test_a_changed_anchor_is_named() -> None:
    links = chain_of(3)

    broken = first_broken(links[1:], replace(links[0], digest="f" * 64))

    assert broken is not None
    assert broken.link == 1


def test_one_kept_from_before_the_anchor_is_checked_by_itself() -> None:
    links = chain_of(5)
    changed = replace(links[1], digest="f" * 64)

    assert first_broken([links[1], links[4]], links[3]) is None
    assert first_broken([changed, links[4]], links[3]) is not None


@pytest.mark.parametrize("order", [{"a": 1, "b": 2}, {"b": 2, "a": 1}])
def test_the_order_of_what_was_found_says_nothing(order: dict[str, int]) -> None:
    assert digest_of(order) == digest_of({"a": 1, "b": 2})
