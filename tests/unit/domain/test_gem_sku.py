import pytest
from hypothesis import given
from hypothesis import strategies as st

from peg.domain.errors import BadSku
from peg.domain.gem_sku import GemSku, check_character, parse_gem_sku, sku_on_label
from peg.domain.identity import parse_sku

CHARACTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@st.composite
def gem_skus(draw: st.DrawFn) -> GemSku:
    letters = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=4, max_size=4)
    return GemSku(
        category=draw(letters),
        stone=draw(letters),
        points=draw(st.integers(0, 999_999)),
        metal=draw(st.text(CHARACTERS, min_size=4, max_size=4)),
        number=draw(st.integers(0, 999_999)),
    )


def test_a_sku_says_what_its_piece_is() -> None:
    assert parse_gem_sku("RING-SAPP-150-14WG-001234") == GemSku(
        category="RING", stone="SAPP", points=150, metal="14WG", number=1234
    )


@given(sku=gem_skus())
def test_what_is_written_reads_back_and_fits_both_marketplaces(sku: GemSku) -> None:
    assert parse_gem_sku(str(sku)) == sku
    assert parse_sku(str(sku)) == str(sku)
    assert len(str(sku)) <= 28


@pytest.mark.parametrize(
    "text",
    [
        "RING-SAPP-15-14WG-001234",  # 15 points are 015
        "RING-SAPP-0150-14WG-001234",  # no zero before four digits
        "RING-SAPP-1500000-14WG-001234",
        "RING-SAPP-150-14WG-1234",
        "ring-SAPP-150-14WG-001234",
        "RING-SAPP-150-14WG-001234\n",
        "RING-SAPP-\u0661\u0665\u0660-14WG-001234",  # digits of another script
        "CHAIN-1",
        "",
    ],
)
def test_any_other_text_is_of_another_grammar(text: str) -> None:
    assert parse_gem_sku(text) is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"category": "RIN"},
        {"metal": "14wg"},
        {"points": -1},
        {"points": 1_000_000},
        {"number": 1_000_000},
    ],
)
def test_nonsense_is_refused(wrong: dict[str, str | int]) -> None:
    fields = {"category": "RING", "stone": "SAPP", "points": 150, "metal": "14WG", "number": 1}

    with pytest.raises(BadSku):
        GemSku(**{**fields, **wrong})  # type: ignore[arg-type]  # nonsense on purpose


def test_the_check_character_is_the_standards_own() -> None:
    assert check_character("A12425GABC1234002") == "M"  # the example of the GRid standard


@given(sku=gem_skus(), data=st.data())
def test_every_slip_of_one_character_on_a_label_is_found(sku: GemSku, data: st.DataObject) -> None:
    label = f"{sku}-{check_character(str(sku))}"
    at = data.draw(st.sampled_from([i for i, character in enumerate(label) if character != "-"]))
    other = data.draw(st.sampled_from([one for one in CHARACTERS if one != label[at]]))
    slipped = label[:at] + other + label[at + 1 :]

    assert sku_on_label(label) == str(sku)
    try:
        read = sku_on_label(slipped)
    except BadSku:
        return
    assert read == slipped  # no label at all: it breaks the grammar, and no item is called so


def test_a_sku_without_a_check_character_is_taken_as_it_is() -> None:
    assert sku_on_label("RING-SAPP-150-14WG-001234") == "RING-SAPP-150-14WG-001234"
    assert sku_on_label("CHAIN-1-7") == "CHAIN-1-7"
