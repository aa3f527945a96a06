"""The practice marketplaces: a Shopify and an Etsy to rehearse on, with buyers, a clock and faults.

A separate program: it never imports `peg`, nor `peg` it. What it knows about the two real
marketplaces stands in `marketsim.shopify` and `marketsim.etsy`; what the jeweller physically owns
stands in `marketsim.pieces`; who has sold what, and whether a piece was sold twice, in
`marketsim.truth`.
"""
