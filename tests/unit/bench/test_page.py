"""The page of benchmarks is written by several commands."""

import pytest
from bench.page import SECTIONS, table, with_section

FIRST, LAST = SECTIONS[0], SECTIONS[-1]
EMPTY = "# Benchmarks\n\nWhat was measured.\n"


def test_a_command_replaces_its_own_section_only() -> None:
    page = with_section(with_section(EMPTY, LAST, "old"), FIRST, "kept")

    again = with_section(page, LAST, "new")

    assert again == f"{EMPTY}\n## {FIRST}\n\nkept\n\n## {LAST}\n\nnew\n"


def test_the_same_figures_write_the_same_page() -> None:
    page = with_section(with_section(EMPTY, FIRST, "one"), LAST, "two")

    assert with_section(page, FIRST, "one") == page


def test_a_section_without_a_place_is_refused() -> None:
    with pytest.raises(ValueError, match="no place"):
        with_section(EMPTY, "Elsewhere", "lost")


def test_what_was_not_measured_is_an_empty_cell() -> None:
    assert table(("what", "s"), [("sale", None)]) == "| what | s |\n| --- | --- |\n| sale |  |"
