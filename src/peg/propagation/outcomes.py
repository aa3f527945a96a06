"""What came of driving an offer where nothing was sent: kept, so that all who tell of it agree."""

UNPROVED = "unproved"
MAY_RETURN = "may come back by itself"
MAY_BE_OLD = "what is shown may be from before the last write"
ANOTHER_WRITE = "another write is under way"
HELD = "held: a person is asked about the shop"
DELETED = "it was deleted there"
COSTS_A_FEE = "putting it back costs a fee"
