from tests.support.clocks import MONDAY_NOON
from tests.support.shop_window import ShopWindow

from peg.domain.identity import ShopId
from peg.domain.offer import RemoteOffer
from peg.onboarding.matching import match


def windows() -> tuple[ShopWindow, ShopWindow]:
    return (
        ShopWindow(ShopId("shopify:gems.myshopify.com"), MONDAY_NOON),
        ShopWindow(ShopId("etsy:1001"), MONDAY_NOON),
    )


def all_of(*shops: ShopWindow) -> list[RemoteOffer]:
    return [offer for shop in shops for offer in shop.offers.values()]


def test_offers_with_the_same_sku_are_the_same_piece_whatever_else_differs() -> None:
    shopify, etsy = windows()
    ours = shopify.show("RING-1", 1, title="Sapphire ring")
    theirs = etsy.show("RING-1", 1, title="Blue band, handmade", price_minor=99_900)

    found = match(all_of(shopify, etsy))

    assert [(one.sku, set(one.refs)) for one in found.matches] == [("RING-1", {ours, theirs})]
    assert not found.proposals


def test_a_piece_on_one_shop_only_is_an_item_of_its_own() -> None:
    shopify, etsy = windows()
    shopify.show("RING-1", 1, title="Opal ring")
    etsy.show("NECK-9", 1, title="Jade pendant")

    assert [one.sku for one in match(all_of(shopify, etsy)).matches] == ["NECK-9", "RING-1"]


def test_a_slip_of_case_or_space_is_proposed_and_never_taken_for_granted() -> None:
    shopify, etsy = windows()
    ours = shopify.show("RING-1", 1)
    theirs = etsy.show("ring-1 ", 1)

    found = match(all_of(shopify, etsy))

    assert [one.refs for one in found.matches] == [(ours,)]
    (proposal,) = found.proposals
    assert (proposal.shopify, proposal.etsy) == (ours, theirs)
    assert proposal.confidence >= 90
    assert "only in case and spaces" in proposal.reasons[0]


def test_a_sku_that_an_untracked_offer_carries_too_is_no_proof() -> None:
    shopify, etsy = windows()
    slip = shopify.show("RING-1", 1, title="Moonstone ring, its SKU typed wrong")
    right = shopify.show("RING-1", 1, title="Turquoise ring", tracked=False)
    theirs = etsy.show("RING-1", 1, title="Turquoise ring")

    found = match(all_of(shopify, etsy))

    assert found.duplicates == {"RING-1": [slip, right]}
    assert [one.refs for one in found.matches] == [(theirs,)]


def test_one_sku_on_two_offers_of_a_shop_is_reported_and_nothing_is_guessed() -> None:
    shopify, etsy = windows()
    twins = [shopify.show("RING-1", 1), shopify.show("RING-1", 1)]
    etsy.show("RING-1", 1)

    found = match(all_of(shopify, etsy))

    assert found.duplicates == {"RING-1": twins}
    assert not any(set(one.refs) & set(twins) for one in found.matches)
    assert not found.proposals


def test_a_doubled_sku_is_told_apart_by_its_words_if_only_one_fits() -> None:
    shopify, etsy = windows()
    ours = shopify.show("RING-1", 1, title="Cornflower blue sapphire engagement ring")
    right = etsy.show("RING-1", 1, title="Sapphire engagement ring, cornflower blue")
    etsy.show("RING-1", 1, title="Emerald pendant")

    (proposal,) = match(all_of(shopify, etsy)).proposals

    assert (proposal.shopify, proposal.etsy) == (ours, right)


def test_a_new_offer_without_sku_may_be_a_piece_that_is_known_from_the_other_shop() -> None:
    shopify, etsy = windows()
    ours = shopify.show("", 1, title="Opal ring with halo")
    theirs = etsy.show("RING-1", 1, title="Opal ring with halo")

    (proposal,) = match(all_of(shopify, etsy)).proposals
    settled = match(all_of(shopify, etsy), settled={ours, theirs})

    assert (proposal.shopify, proposal.etsy) == (ours, theirs)
    assert not settled.proposals


def test_an_offer_that_the_shop_does_not_count_is_reported() -> None:
    shopify, etsy = windows()
    gift = shopify.show("CARD-1", 0, tracked=False)

    found = match(all_of(shopify, etsy))

    assert found.untracked == [gift]
    assert not found.matches


def test_without_skus_the_likeliest_pair_is_proposed_with_its_reasons() -> None:
    shopify, etsy = windows()
    right = shopify.show(
        "RING-SAPP-1",
        1,
        title="Sapphire halo engagement ring",
        options={"Metal": "14K white gold"},
        price_minor=180_000,
    )
    shopify.show("RING-OPAL-1", 1, title="Opal halo ring", price_minor=45_000)
    theirs = etsy.show(
        "",
        1,
        title="Engagement ring, sapphire halo",
        options={"Metal": "14k White Gold"},
        price_minor=185_000,
    )

    (proposal,) = match(all_of(shopify, etsy)).proposals

    assert (proposal.shopify, proposal.etsy) == (right, theirs)
    assert 70 <= proposal.confidence < 100
    assert any("alike" in reason for reason in proposal.reasons)
    assert "same metal" in proposal.reasons
    assert "prices differ by 3 %" in proposal.reasons


def test_the_same_ring_in_another_size_is_not_proposed() -> None:
    shopify, etsy = windows()
    shopify.show("RING-7", 1, title="Ruby band", options={"Ring size": "7"})
    etsy.show("", 1, title="Ruby band", options={"Ring size": "6 1/2"})

    found = match(all_of(shopify, etsy))

    assert not found.proposals
    assert len(found.nameless) == 1


def test_two_different_skus_are_two_pieces_however_alike_they_look() -> None:
    shopify, etsy = windows()
    shopify.show("RING-1", 1, title="Ruby band")
    etsy.show("RING-2", 1, title="Ruby band")

    assert not match(all_of(shopify, etsy)).proposals


def test_a_rejected_pair_is_not_proposed_again_and_goes_its_own_way() -> None:
    shopify, etsy = windows()
    ours = shopify.show("RING-1", 1, title="Ruby band")
    theirs = etsy.show("ring-1", 1, title="Ruby band")

    found = match(all_of(shopify, etsy), rejected={(ours, theirs)})

    assert not found.proposals
    assert found.nameless == [theirs]


def test_offers_without_any_sku_are_paired_without_comparing_each_with_each() -> None:
    shopify, etsy = windows()
    stones = ("ruby", "opal", "jade", "topaz", "garnet", "peridot", "citrine", "spinel")
    for number in range(1500):
        title = f"{stones[number % 8]} ring model{number} {stones[number % 7]}"
        shopify.show("", 1, title=title)
        etsy.show("", 1, title=title)

    found = match(all_of(shopify, etsy))

    assert len(found.proposals) == 1500
