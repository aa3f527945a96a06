"""Mistakes of whoever writes to a marketplace."""

from collections.abc import Sequence

from tests.simulation.sabotages.kinds import CALM, OVERSELLS, UNHEARD, Sabotage
from tests.support.spoilt_source import Edit

INVENTORY = "marketplaces/etsy/inventory.py"
STOCK_WRITES = "marketplaces/shopify/stock_writes.py"

SABOTAGES: Sequence[Sabotage] = (
    Sabotage(
        name="re-send on a stale compare",
        like="a connector that reads the figure again and writes its old target over a sale",
        edits=[
            Edit(
                STOCK_WRITES,
                "left = {index: write for index, write in left.items() if index not in refused}",
                "left = dict(left)",
            ),
            Edit(
                STOCK_WRITES,
                '"changeFromQuantity": write.basis,',
                '"changeFromQuantity": None if UUID(key).version == 5 else write.basis,',
            ),
            Edit(STOCK_WRITES, "results.update(refused)", "pass"),
        ],
        breaks=OVERSELLS,
        seed=1,
        amid=(("Shopify's webhooks lost", 1.0),),
    ),
    Sabotage(
        name="raise without proof",
        like="an hourly push of what the book says, whatever was sold meanwhile",
        edits=[
            Edit(
                "propagation/evidence.py",
                "if its and all(leg(witness) for witness in its for leg in legs):",
                "if its:",
            ),
            Edit(
                "propagation/proof.py",
                "seen = await self._lookout.look_where_possible([offer.id for offer in siblings])",
                "seen = await self._lookout.look_where_possible([])",
            ),
            Edit(
                "propagation/proof.py",
                "for shop in sorted(shops):\n            try:",
                "for shop in ():\n            try:",
            ),
        ],
        breaks=OVERSELLS,
        seed=1,
        amid=UNHEARD,
    ),
    Sabotage(
        name="sync stamp per item only",
        like="an item that was read on one shop counts as up to date on all",
        edits=[
            Edit(
                "propagation/evidence.py",
                "if its and all(leg(witness) for witness in its for leg in legs):",
                "if any(all(leg(witness) for leg in legs) for witness in its):",
            )
        ],
        breaks=OVERSELLS,
        seed=1,
        amid=UNHEARD,
    ),
    Sabotage(
        name="lower after raise",
        like="one queue for everything, worked through now and then, the raises first",
        edits=[
            Edit("propagation/worker.py", "BETWEEN_RAISES_S = 1.0", "BETWEEN_RAISES_S = 900.0"),
            Edit(
                "propagation/worker.py",
                "                for group in await self._due():",
                "                while self._to_raise or self._raising:\n"
                "                    await self._clock.sleep(1.0)\n"
                "                for group in await self._due():",
            ),
        ],
        breaks=OVERSELLS,
        seed=1,
        amid=CALM,
    ),
    Sabotage(
        name="send at least one",
        like="max(1, quantity), since Etsy refuses a listing without stock",
        edits=[
            Edit(
                "marketplaces/etsy/listing_state.py",
                "asked = {ref.variant: quantity for ref, quantity in wanted.items()}",
                "asked = {ref.variant: max(1, quantity) for ref, quantity in wanted.items()}",
            )
        ],
        breaks=OVERSELLS,
        seed=1,
        amid=CALM,
    ),
    Sabotage(
        name="write Etsy without the second read",
        like="a listing that is replaced as it stood after our own last write",
        edits=[
            Edit(
                "marketplaces/etsy/looks.py",
                "        self._writes = 0\n",
                "        self._writes = 0\n        self.latest: dict[str, View] = {}\n",
            ),
            Edit(
                "marketplaces/etsy/looks.py",
                "            one.told(found[one.listing])\n",
                "            one.told(found[one.listing])\n        self.latest |= found\n",
            ),
            Edit(
                INVENTORY,
                "        view = await self._looks.look(listing, lane)\n"
                "        wanted = await decide(view.readings)\n",
                "        view = self._looks.latest.get(listing)\n"
                "        if not isinstance(view, View):\n"
                "            view = await self._looks.look(listing, lane)\n"
                "        wanted = await decide(view.readings)\n",
            ),
            Edit(
                INVENTORY,
                "send_before=before.read_at + READ_HOLDS if can_be_bought else None",
                "send_before=None",
            ),
        ],
        breaks=OVERSELLS,
        seed=1,
        amid=CALM,
    ),
)
