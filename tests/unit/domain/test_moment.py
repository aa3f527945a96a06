from datetime import UTC, datetime, timedelta, timezone

import pytest

from peg.domain.moment import BadMoment, for_people, parse_moment


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2026-11-23T14:03Z", datetime(2026, 11, 23, 14, 3, tzinfo=UTC)),
        ("2026-11-23t14:03:05.5z", datetime(2026, 11, 23, 14, 3, 5, 500_000, tzinfo=UTC)),
        (
            "2026-11-23 14:03:00+01:00",
            datetime(2026, 11, 23, 14, 3, tzinfo=timezone(timedelta(hours=1))),
        ),
    ],
)
def test_a_moment_is_read_as_it_is_written(text: str, meant: datetime) -> None:
    assert parse_moment(text) == meant


def test_a_day_alone_is_the_moment_that_the_reader_says() -> None:
    assert parse_moment("2026-11-23", day_at="23:59").isoformat() == "2026-11-23T23:59:00"
    with pytest.raises(BadMoment):
        parse_moment("2026-11-23")


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "0", "1764000000", "yesterday", "2026-11-23T", "2026-11-23T14", "20261123T1403"),
        *("2026-11-31T00:00Z", "2026-11-23T25:00Z", "2026-11-23T14:03:60Z", "2026-W48-1T00:00"),
        *(
            "2026-11-23\x0014:03Z",
            "2026-11-23T14:03Z\n",
            "٢٠٢٦-11-23T14:03Z",
            "0000-01-01T00:00Z",
        ),
        *("9999-12-31T23:59:59-12:00", "9999-12-31T00:00Z", "0001-01-01T00:00:00+12:00"),
        "2026-11-23T14:03+99:00",
    ],
)
def test_what_names_no_moment_is_refused_with_what_to_write(text: str) -> None:
    with pytest.raises(BadMoment, match=r"write it like|choose a year"):
        parse_moment(text, day_at="00:00")


def test_a_moment_that_people_read_names_its_timezone_and_can_be_typed_back() -> None:
    moment = datetime(2026, 11, 23, 14, 3, 7, 500_000, tzinfo=UTC)

    minute, second = for_people(moment), for_people(moment, seconds=True)

    assert parse_moment(minute) == moment.replace(second=0, microsecond=0)
    assert parse_moment(second) == moment.replace(microsecond=0)


def test_a_plus_that_an_address_made_a_space_is_told_apart() -> None:
    with pytest.raises(BadMoment, match="%2B"):
        parse_moment("2026-11-23T14:03:00 01:00")
