from collections.abc import Sequence

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len

from peg.cli.cells import Note, Title
from peg.cli.looking import FIGURES
from peg.cli.table import lines_of
from peg.domain.identity import SKU_CHARACTERS_MAX

NARROW = 80
SKUS = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-", min_size=1, max_size=SKU_CHARACTERS_MAX)
TITLES = st.text(max_size=90)
FIGURE = st.integers(-999, 9_999)


def table(
    columns: list[str], rows: Sequence[Sequence[object]], width: int | None = NARROW
) -> list[str]:
    header, lines = lines_of(columns, rows, width)
    return [*header.split("\n"), *lines]


@example([("W" * SKU_CHARACTERS_MAX, *(9_999 for _ in FIGURES))])
@given(st.lists(st.tuples(SKUS, *(FIGURE for _ in FIGURES)), min_size=1, max_size=4))
def test_no_sku_of_a_stock_list_is_broken_in_a_narrow_window(
    rows: list[tuple[object, ...]],
) -> None:
    shown = table(["piece", *FIGURES], rows)

    assert [line.split()[0] for line in shown[-len(rows) :]] == [row[0] for row in rows]
    assert max(map(cell_len, shown)) <= NARROW


@given(
    st.lists(
        st.tuples(FIGURE, st.just("etsy:61234567"), TITLES, SKUS, FIGURE, FIGURE, TITLES),
        min_size=1,
        max_size=4,
    )
)
def test_titles_make_room_for_skus(rows: list[tuple[object, ...]]) -> None:
    rows = [(*row[:3], f"1 x {row[3]}", *row[4:]) for row in rows]

    shown = table(["offer", "shop", "title", "pieces", "shows", "should", "state"], rows)

    words = {word for line in shown for word in line.split()}
    assert {str(row[3]).split()[-1] for row in rows} <= words


ETSY_TITLE_MAX = 140
LONG = (
    "Vintage Opal Engagement Ring, Sterling Silver Moonstone Halo Ring | Handmade Birthstone"
    " Jewelry for Women, Anniversary Gift, Boho Ring"
)


def test_a_long_title_is_shortened_after_a_word_and_whole_where_there_is_room() -> None:
    columns = ["offer", "title", "pieces", "shows"]
    rows = [(1, Title(LONG), "RING-17-ROSE", 1), (2, Title("Opal ring"), "RING-18", 12)]

    assert table(columns, rows, width=60) == [
        "offer  title                             pieces        shows",
        "    1  Vintage Opal Engagement Ring…     RING-17-ROSE      1",
        "    2  Opal ring                         RING-18          12",
    ]
    assert LONG in "\n".join(table(columns, rows, width=200))


@pytest.mark.parametrize("width", [None, 400])
def test_a_file_and_a_wide_window_get_each_row_on_a_line_and_nothing_shortened(
    width: int | None,
) -> None:
    rows = [(1, Title(LONG, "(Ring size 7)"), Note("on its way " * 12))]

    (_, line) = table(["offer", "title", "state"], rows, width)

    assert f"{LONG} (Ring size 7)" in line
    assert line.endswith("on its way")


def test_what_is_said_of_a_row_stands_below_it_where_it_would_make_a_tower() -> None:
    rows = [
        (1, Title(LONG), Note("waits, paused: `peg resume etsy` writes there again")),
        (2, Title("Opal ring"), Note("")),
    ]

    assert table(["offer", "title", "state"], rows, width=44) == [
        "offer  title",
        "    1  Vintage Opal Engagement Ring…",
        "       waits, paused: `peg resume etsy`",
        "       writes there again",
        "    2  Opal ring",
    ]


def test_a_variant_that_has_no_room_beside_its_title_is_told_below_it() -> None:
    rows = [
        (
            1,
            Title(LONG, "(14K White Gold / Ring size 5 1/2)"),
            "RING-17",
            Note("it waits for its shop"),
        ),
        (2, Title("Opal ring", "(Ring size 7)"), "RING-18", Note("")),
    ]

    assert table(["offer", "title", "pieces", "state"], rows, width=46) == [
        "offer  title                           pieces",
        "    1  Vintage Opal Engagement Ring…   RING-17",
        "       (14K White Gold / Ring size 5 1/2) it",
        "       waits for its shop",
        "    2  Opal ring (Ring size 7)         RING-18",
    ]


def test_one_row_that_is_longer_than_all_others_shortens_no_title_of_theirs() -> None:
    rows = [(number, Title(LONG), "RING-17") for number in range(24)]
    a_set = (24, Title("A set"), "RING-17 + RING-18 + RING-19 + RING-20")

    alone = table(["offer", "title", "pieces"], rows, width=60)
    beside = table(["offer", "title", "pieces"], [*rows, a_set], width=60)

    assert alone == beside[: len(alone)]
    assert len(beside) > len(alone) + 1


def test_what_stands_behind_a_title_stays_whole() -> None:
    rows = [(1, Title(LONG, "(RING-17-ROSE), 120.00 USD"), "the same")]

    assert table(["pair", "on Etsy", "because"], rows, width=40) == [
        "pair  on Etsy                   because",
        "   1  Vintage Opal Engagement…  the same",
        "      (RING-17-ROSE), 120.00 USD",
    ]


def test_two_titles_beside_each_other_take_two_lines_and_what_stands_behind_stays_whole() -> None:
    rows = [(Title(LONG, "(RING-17-ROSE), 120.00 USD"), Title("Opal ring"))]

    assert table(["on Etsy", "on Shopify"], rows, width=36) == [
        "on Etsy                   on Shopify",
        "Vintage Opal Engagement   Opal ring",
        "Ring, Sterling Silver…",
        "(RING-17-ROSE),",
        "120.00 USD",
    ]


@given(
    st.lists(
        st.tuples(FIGURE, st.text(max_size=ETSY_TITLE_MAX), SKUS, FIGURE, st.text(max_size=30)),
        min_size=1,
        max_size=4,
    )
)
def test_a_title_takes_nothing_from_skus_and_figures(
    rows: list[tuple[int, str, str, int, str]],
) -> None:
    shown = table(
        ["offer", "title", "pieces", "shows", "state"],
        [(offer, Title(title), sku, shows, state) for offer, title, sku, shows, state in rows],
    )

    words = {word.rstrip(",") for line in shown for word in line.split()}
    for offer, _, sku, shows, _ in rows:
        assert {str(offer), sku, str(shows)} <= words
    assert max(map(cell_len, shown)) <= NARROW


def test_text_wraps_between_its_words_and_figures_stand_to_the_right() -> None:
    rows = [("RING-1", "a ring with a long story", 7), ("RING-2", "a ring", 12)]

    assert table(["piece", "name", "available"], rows, width=32) == [
        "piece   name           available",
        "RING-1  a ring with a          7",
        "        long story",
        "RING-2  a ring                12",
    ]


def test_what_does_not_fit_beside_each_other_stands_below_each_other() -> None:
    sku, word = "RING-" + "1" * 27, "x" * 60

    assert table(["piece", "name", "note"], [(sku, word, ""), ("RING-2", "a ring", "old")], 48) == [
        "",
        f"piece   {sku}",
        f"  name  {word}",
        "piece   RING-2",
        "  name  a ring",
        "  note  old",
    ]


def test_headers_of_figures_take_turns_above_columns_that_are_narrower() -> None:
    names = ["piece", "available", "on hand", "committed", "reserved"]

    assert table(names, [("RING-1", 3, 12, 0, 1), ("RING-2", 100, 100, 2, 0)], width=32) == [
        "piece      on hand      reserved",
        "   available    committed",
        "RING-1     3    12      0      1",
        "RING-2   100   100      2      0",
    ]


def test_figures_of_a_row_that_stands_in_a_block_share_a_line() -> None:
    sku = "RING-" + "1" * 27
    columns = ["piece", "shows", "should", "state"]

    assert table(columns, [(sku, 3, 2, "next " * 9), ("RING-2", None, 4, "")], width=40)[1:] == [
        f"piece     {sku}",
        "  shows   3, should 2",
        "  state   next next next next next next",
        "          next next next",
        "piece     RING-2",
        "  should  4",
    ]


def test_columns_in_which_nothing_stands_make_room_for_the_others() -> None:
    rows = [("etsy:61234567", "Gems by Ada", None, "")]

    assert table(["shop", "name", "pieces", "about it"], rows, width=28) == [
        "shop           name",
        "etsy:61234567  Gems by Ada",
    ]


def test_what_would_be_longer_beside_each_other_stands_below() -> None:
    rows = [("RING-1", "a ring with a very long story indeed", "x" * 20)]

    assert table(["piece", "name", "note"], rows, width=36)[1:] == [
        "piece   RING-1",
        "  name  a ring with a very long",
        "        story indeed",
        f"  note  {'x' * 20}",
    ]


@given(
    st.lists(st.tuples(SKUS, TITLES, FIGURE, TITLES), min_size=1, max_size=4),
    st.integers(40, 120),
)
def test_no_word_is_ever_cut(rows: list[tuple[str, str, int, str]], width: int) -> None:
    shown = table(["piece", "title", "shows", "state"], rows, width=width)

    words = {word for line in shown for word in line.split()}
    assert {word for row in rows for cell in row for word in str(cell).split()} <= words


def test_a_command_is_copied_whole() -> None:
    rows = [("no access: `peg connect etsy`", 1), ("`peg answer NUMBER ANSWER` ends that", 2)]

    assert table(["state", "n"], rows, width=24) == [
        "state                  n",
        "no access:             1",
        "`peg connect etsy`",
        "`peg answer NUMBER     2",
        "ANSWER` ends that",
    ]


def test_a_wide_window_changes_nothing() -> None:
    rows = [("RING-1", "a ring", None, True)]

    assert table(["piece", "name", "until", "kept"], rows, width=200) == [
        "piece   name    until  kept",
        "RING-1  a ring         yes",
    ]


def test_characters_that_are_two_wide_keep_the_columns_straight() -> None:
    lines = table(["name", "piece"], [("真珠", "RING-1"), ("ring", "RING-2")])

    assert [cell_len(line.partition("RING")[0]) for line in lines[1:]] == [6, 6]
