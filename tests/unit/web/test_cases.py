"""`/api/cases/N` tells all of a case, by the policy that PEG was started with."""

from pathlib import Path

from tests.support.sold_twice import sold_twice
from tests.support.web_door import open_web

from peg.db.transaction import begin


async def test_one_case_is_told_with_its_orders_and_who_should_get_the_piece(
    tmp_path: Path,
) -> None:
    async with open_web(tmp_path, PEG_CASE_WINNER="ask") as door:
        async with begin(door.ground.database) as session:
            await sold_twice(session)

        case = (await door.client.get("/api/cases/1")).json()
        none = await door.client.get("/api/cases/2")

    assert [one["after_s"] for one in case["orders"]] == [0.0, 4.0]
    assert (case["proposed"]["policy"], case["proposed"]["lose"]) == ("ask", [])
    assert [draft["name"] for draft in case["drafts"]] == ["#1001", "#2002"]
    assert none.status_code == 404
