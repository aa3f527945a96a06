"""`/api/exposure` tells what `peg exposure` does."""

from pathlib import Path

from tests.support.exposed import LAST, exposed
from tests.support.web_door import open_web

from peg.db.transaction import begin


async def test_exposure_is_told_of_a_period_and_of_a_piece(tmp_path: Path) -> None:
    async with open_web(tmp_path, PEG_EXPOSURE_COST_PERCENT="40") as door:
        await door.ground.clock.sleep(3_600)
        async with begin(door.ground.database) as session:
            await exposed(session)

        told = (await door.client.get("/api/exposure", params={"sku": LAST})).json()
        none = await door.client.get("/api/exposure", params={"sku": "NO-SUCH"})
        never = await door.client.get("/api/exposure", params={"days": 0})

    assert [one["withdrawals"] for one in told["pairs"]] == [5, 5]
    assert (told["double_sale_percent"], told["booked"]) == ("40", 0)
    assert [one["sku"] for one in told["pieces"]] == [LAST]
    assert (none.status_code, never.status_code) == (404, 422)
