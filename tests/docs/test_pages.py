"""What the documentation shows is what happens."""

import doctest
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.support.command_line import peg
from tests.support.given import NothingSoCalled, given
from tests.support.pages import Block, blocks, pages, steps

ROOT = Path(__file__).parents[2]
LENIENT = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
WINDOW = "200"
"""A page shows what a person sees, and not what a file would hold."""
PAGES = pages(ROOT)


class PageIsWrong(AssertionError):
    """A page shows what does not happen."""


def run_page(text: str, home: Path) -> int:
    """Run a page's blocks from top to bottom; how many things were tried."""
    names: dict[str, Any] = {}
    tried = 0
    with given(text, home) as environment:
        for block in blocks(text):
            if block.complaint:
                raise PageIsWrong(block.complaint)
            if not block.shown_only:
                console = block.language == "console"
                tried += run_console(block, home, environment) if console else 0
                tried += run_python(block, names) if block.language == "python" else 0
    return tried


def run_console(block: Block, home: Path, environment: Mapping[str, str]) -> int:
    for step in steps(block):
        program, *words = shlex.split(step.command)
        if program != "peg":
            raise PageIsWrong(f"line {step.line}: only peg is run; mark the block 'no-run: …'")
        ran = peg(home, *words, COLUMNS=WINDOW, **environment)
        said = ran.out + ran.err
        if bool(ran.code) is not block.refused:
            raise PageIsWrong(f"line {step.line}: exit code {ran.code} of {step.command}\n{said}")
        wanted = step.expected
        if wanted.strip() and not doctest.OutputChecker().check_output(wanted, said, LENIENT):
            raise PageIsWrong(f"line {step.line}: {step.command}\nwanted\n{wanted}\nsaid\n{said}")
    return len(steps(block))


def run_python(block: Block, names: dict[str, Any]) -> int:
    if ">>>" not in block.text:
        exec(compile(block.text, f"line {block.line}", "exec"), names)  # noqa: S102  # our own page
        return 1
    story = doctest.DocTestParser().get_doctest(block.text, names, "page", None, block.line)
    report: list[str] = []
    runner = doctest.DocTestRunner(optionflags=LENIENT)
    runner.run(story, out=report.append, clear_globs=False)
    names.update(story.globs)
    if runner.failures:
        raise PageIsWrong("".join(report))
    return runner.tries


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_page_shows_what_happens(page: Path, tmp_path: Path) -> None:
    run_page(page.read_text(), tmp_path)


WRONG = {
    "output differs": "```console\n$ peg --version\npeg 99\n```\n",
    "command fails": "```console\n$ peg migrate --no-such-flag\n```\n",
    "command does not fail": "```console refused\n$ peg --version\n```\n",
    "another program": "```console\n$ rm -rf x\n```\n",
    "no reason": "```sh no-run\nmake demo\n```\n",
    "unknown language": "```rust\nfn main() {}\n```\n",
    "wrong value": "```python\n>>> 1 + 1\n3\n```\n",
}


@pytest.mark.parametrize("text", WRONG.values(), ids=WRONG.keys())
def test_a_wrong_page_is_found_out(text: str, tmp_path: Path) -> None:
    with pytest.raises(PageIsWrong):
        run_page(text, tmp_path)


def test_a_page_begins_with_what_it_takes_as_given(tmp_path: Path) -> None:
    page = "<!-- given: a small book -->\n```console\n$ peg stock ruby-ring\nplace ...\n```\n"

    assert run_page(page, tmp_path) == 1


def test_a_beginning_that_nobody_prepares_is_found_out(tmp_path: Path) -> None:
    with pytest.raises(NothingSoCalled, match="a small book"):
        run_page("<!-- given: a palace -->\n", tmp_path)


def test_a_right_page_tells_one_story_from_top_to_bottom(tmp_path: Path) -> None:
    page = """
    ```python
    pieces = 2
    ```
    ```python
    >>> pieces + 1
    3
    ```
    ```console
    $ peg \\
        --version
    0...
    ```
    ```sh no-run: needs a marketplace
    peg import
    ```
    """

    assert run_page(page, tmp_path) == 3
