"""Sealed secrets open only where they stand, and only with their key."""

import pytest

from peg.shops.sealing import (
    BadKey,
    KeyRing,
    Place,
    SealBroken,
    UnknownKey,
    new_key,
    parse_keys,
)

TOKEN = Place("grants", "etsy:1", "access_token")


def test_a_sealed_secret_opens_at_its_place_and_shows_nothing() -> None:
    ring = parse_keys(new_key())

    sealed = ring.seal("etsy-token", TOKEN)

    assert ring.open(sealed, TOKEN) == "etsy-token"
    assert "etsy-token" not in sealed
    assert ring.seal("etsy-token", TOKEN) != sealed  # equal secrets do not look equal


@pytest.mark.parametrize(
    "elsewhere",
    [
        Place("grants", "etsy:2", "access_token"),
        Place("grants", "etsy:1", "refresh_token"),
        Place("shops", "etsy:1", "access_token"),
    ],
)
def test_a_sealed_secret_does_not_open_elsewhere(elsewhere: Place) -> None:
    ring = parse_keys(new_key())

    with pytest.raises(SealBroken):
        ring.open(ring.seal("etsy-token", TOKEN), elsewhere)


def test_a_changed_ciphertext_does_not_open() -> None:
    ring = parse_keys(new_key())
    named, _, body = ring.seal("etsy-token", TOKEN).partition(".")

    for broken in (body[:-8] + "AAAAAAAA", body[:8], "", "no base64!"):
        with pytest.raises(SealBroken):
            ring.open(f"{named}.{broken}", TOKEN)


def test_an_old_key_opens_but_only_the_newest_seals() -> None:
    old, new = new_key(), new_key()
    sealed = parse_keys(old).seal("etsy-token", TOKEN)

    ring = parse_keys(f"# made today\n{new}\n\n{old}  # before\n")

    assert ring.open(sealed, TOKEN) == "etsy-token"
    assert not ring.is_current(sealed)
    assert ring.is_current(ring.seal("etsy-token", TOKEN))
    with pytest.raises(UnknownKey):
        parse_keys(new).open(sealed, TOKEN)


def test_keys_rotated_by_another_process_are_read_again_and_used_from_then_on() -> None:
    old, new = new_key(), new_key()
    file = [old]
    running = parse_keys(file[0], reread=lambda: file[0])

    file[0] = f"{new}\n{old}"
    sealed = parse_keys(file[0]).seal("etsy-token", TOKEN)

    assert running.open(sealed, TOKEN) == "etsy-token"
    assert running.current == parse_keys(new).current


@pytest.mark.parametrize("text", ["", "# nothing", "c2hvcnQ=", "not base64!"])
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(BadKey):
        parse_keys(text)


def test_a_key_ring_never_shows_its_keys() -> None:
    key = new_key()

    assert key not in repr(parse_keys(key))
    assert "KeyRing" in repr(KeyRing((b"k" * 32,)))
