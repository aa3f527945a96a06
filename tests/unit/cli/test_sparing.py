"""In a narrow window nothing is said twenty times, and no date or price is torn in two."""

from collections.abc import Sequence

from peg.cli.cells import Note, Title
from peg.cli.table import lines_of

AFAR = "2026-11-27 17:04:11+01:00"
LATER = "2026-11-27 17:05:12+01:00"
SKUS = ("RING-OPAL-104-14WG-025142", "RING-OPAL-104-14WG-025143", "RING-OPAL-104-14WG-025144")


def table(columns: Sequence[str], rows: Sequence[Sequence[object]], width: int | None) -> list[str]:
    header, lines = lines_of(columns, rows, width)
    return [*header.split("\n"), *lines]


def test_times_are_told_without_their_distance_from_utc_where_that_makes_room() -> None:
    columns, rows = ["order", "sold", "lines"], [("#1", AFAR, SKUS[0]), ("#2", LATER, SKUS[1])]

    narrow, wide = table(columns, rows, 56), table(columns, rows, 80)

    assert narrow == [
        "order  sold                 lines",
        f"#1     2026-11-27 17:04:11  {SKUS[0]}",
        f"#2     2026-11-27 17:05:12  {SKUS[1]}",
    ]
    assert AFAR in wide[1]


def test_a_moment_and_a_price_stay_whole_where_text_wraps() -> None:
    rows = [
        ("RING-1", f"it was sold on {AFAR} for 1250.00 USD to a buyer on Etsy"),
        ("RING-2", "a ring"),
    ]

    assert table(["piece", "note"], rows, 36) == [
        "piece   note",
        "RING-1  it was sold on",
        "        2026-11-27 17:04:11 for",
        "        1250.00 USD to a buyer on",
        "        Etsy",
        "RING-2  a ring",
    ]


def test_what_is_the_same_for_all_is_told_once_where_it_has_no_room() -> None:
    rows = [
        (sku, Title(f"Opal ring, white gold, number {number}"), "Shopify, Etsy", "not known")
        for number, sku in enumerate(SKUS)
    ]

    assert table(["piece", "name", "shops", "sold twice"], rows, 60) == [
        "piece                      name",
        f"{SKUS[0]}  Opal ring, white gold, number 0",
        f"{SKUS[1]}  Opal ring, white gold, number 1",
        f"{SKUS[2]}  Opal ring, white gold, number 2",
        "the same for all: shops Shopify, Etsy · sold twice not known",
    ]


def test_what_has_room_beside_shorter_titles_is_told_of_each() -> None:
    rows = [(sku, Title("Opal ring, white gold, one of a kind"), "not known") for sku in SKUS]

    shown = table(["piece", "name", "sold twice"], rows, 60)

    assert [line.endswith("not known") for line in shown] == [False, True, True, True]


def test_figures_that_have_room_below_shorter_names_are_told_of_each() -> None:
    names = ["piece", "available", "on hand", "committed", "reserved"]
    rows = [(sku, 1, 1, 0, 0) for sku in SKUS[:2]]

    assert table(names, rows, 50)[-2:] == [
        f"{SKUS[0]}     1     1     0      0",
        f"{SKUS[1]}     1     1     0      0",
    ]


def test_what_would_be_said_below_each_row_is_said_once() -> None:
    rows = [
        (number, Title("Opal ring"), Note("waits, paused: `peg resume etsy` writes there again"))
        for number in range(3)
    ]

    assert table(["offer", "title", "state"], rows, 44) == [
        "offer  title",
        "    0  Opal ring",
        "    1  Opal ring",
        "    2  Opal ring",
        "the same for all: state waits, paused:",
        "`peg resume etsy` writes there again",
    ]


def test_one_row_tells_all_of_itself() -> None:
    rows = [(SKUS[0], Title("Opal ring, white gold, big"), "not known")]

    assert "the same" not in "\n".join(table(["piece", "name", "sold twice"], rows, 50))


def test_each_part_of_a_note_begins_a_line_below_its_row_and_is_one_text_in_a_file() -> None:
    rows = [
        (7, SKUS[0], Note(f"#1016 (Shopify, {AFAR})", f"#3640 (Etsy, {LATER})")),
        (8, SKUS[1], Note(f"#1017 (Shopify, {AFAR})")),
        (9, SKUS[2], Note()),
    ]

    narrow, piped = (table(["case", "piece", "orders"], rows, width) for width in (50, None))

    assert narrow == [
        "case  piece",
        f"   7  {SKUS[0]}",
        "      #1016 (Shopify, 2026-11-27 17:04:11)",
        "      #3640 (Etsy, 2026-11-27 17:05:12)",
        f"   8  {SKUS[1]}",
        "      #1017 (Shopify, 2026-11-27 17:04:11)",
        f"   9  {SKUS[2]}",
    ]
    assert piped[1].endswith(f"#1016 (Shopify, {AFAR}); #3640 (Etsy, {LATER})")
