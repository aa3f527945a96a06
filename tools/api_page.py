"""Write docs/api.md from the document in which PEG's HTTP API describes itself.

Run it with `python -m tools.api_page`.
"""

import asyncio
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from peg.intake.reception import Reception
from peg.web.app import create_app
from peg.wiring.ground import open_ground

PAGE = Path(__file__).parents[1] / "docs" / "api.md"
HEAD = """# The HTTP API

`peg run` answers on `PEG_HOST` and `PEG_PORT` with the reads of the command line, as JSON in the
same words as `--json`. `/openapi.json` describes each route with its answers, and a test judges the
answers by it.

Who may read: callers on this machine; with `PEG_API_TOKEN` set, whoever sends it as
`Authorization: Bearer …`, and nobody else.

A refusal is `application/problem+json`: `title` is the error's name, as in
[the runbooks](runbooks/README.md), and `detail` says what to do. A parameter that a route does not
know is refused, and so is one that is given twice.

Long lists come in pages: pass what the last row of a page says as `after`, until an empty page
comes. What comes in meanwhile shifts no page.

This page is written by `python -m tools.api_page`; a test compares the two.

"""


def page(document: Mapping[str, Any]) -> str:
    """The whole page."""
    rows = [row for path, methods in document["paths"].items() for row in _rows(path, methods)]
    table = ["| route | for the owner | parameters | tells |", "|---|---|---|---|", *rows]
    return HEAD + "\n".join(table) + "\n"


def _rows(path: str, methods: Mapping[str, Any]) -> Iterator[str]:
    for method, told in methods.items():
        names = [f"`{one['name']}`" for one in told.get("parameters", []) if one["in"] == "query"]
        cells = (
            f"`{method.upper()} {path}`",
            "yes" if "security" in told else "",
            ", ".join(names),
            " ".join(told["description"].split()),
        )
        yield f"| {' | '.join(cells)} |"


async def describe() -> Mapping[str, Any]:
    """The document, from an application on an empty home."""
    with tempfile.TemporaryDirectory() as home:
        async with open_ground({"PEG_HOME": home}) as ground:
            front = Reception(ground.database, ground.clock, {})
            return create_app(ground, front).openapi()


if __name__ == "__main__":
    PAGE.write_text(page(asyncio.run(describe())))
