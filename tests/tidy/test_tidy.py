"""The limits of how PEG is written, on every file; and proof that each limit can fail."""

import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from tests.tidy.rule import Rule, tree
from tests.tidy.shape_rules import SHAPE_RULES
from tests.tidy.word_rules import WORD_RULES

ROOT = Path(__file__).parents[2]
RULES = (*SHAPE_RULES, *WORD_RULES)


@cache
def repository() -> dict[str, str]:
    """Every text file that is, or is about to be, part of the repository."""
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listing, cwd=ROOT, capture_output=True, check=True).stdout.decode()
    texts = {}
    for name in filter(None, names.split("\0")):
        content = (ROOT / name).read_bytes() if (ROOT / name).is_file() else b""
        if b"\0" not in content:
            texts[name] = content.decode()
    return texts


@pytest.fixture(autouse=True, scope="module")
def lets_go() -> Iterator[None]:
    """A thousand trees kept for nobody would be walked by each later collection of garbage."""
    yield
    tree.cache_clear()
    repository.cache_clear()


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_the_repository_keeps(rule: Rule) -> None:
    breaches = [found for path, text in repository().items() for found in rule.judge(path, text)]

    assert not breaches, "\n".join(["", *breaches])


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_the_rule_can_fail(rule: Rule) -> None:
    assert rule.judge(*rule.bad)
    assert not rule.judge(*rule.good)
