"""Write docs/cli.md from the commands themselves: `python -m tools.cli_page`."""

import re
from pathlib import Path

from peg.cli.commands import EXIT_CODES, TIMES, build, in_full, names

PAGE = Path(__file__).parents[1] / "docs" / "cli.md"
HEAD = f"""# The command line

Every command takes `--json` and then prints JSON for programs: facts on standard output, a refusal
as `{{"error": "UnknownSku", "sentence": "…"}}` on standard error.

{EXIT_CODES}

{TIMES}

This page is written by `python -m tools.cli_page`; a test compares the two.

"""


def page() -> str:
    """The whole page, without the name of the program that happens to write it."""
    app = in_full(build(), *names())
    app.help_epilogue = None
    told = app.generate_docs(output_format="markdown", include_hidden=False)
    body = re.sub(r" -m [a-z_.]+", "", told.partition("## Table of Contents")[2])
    lines = ("## Commands" + body).replace("```console", "```text").splitlines()
    return HEAD + "\n".join(line.rstrip() for line in lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page())
