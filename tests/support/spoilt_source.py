"""Copies of PEG's source with a mistake in them, so that nothing in PEG knows of it."""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "src"


class NoLongerFits(Exception):
    """The source has changed where a mistake would be made: mend the edit."""


@dataclass(frozen=True, slots=True)
class Edit:
    """In one file of `src/peg`, `old` becomes `new`; `old` stands there once."""

    file: str
    old: str
    new: str

    def made(self, text: str) -> str:
        """The file's text, changed.

        Raises:
            NoLongerFits: what is to be changed is not there exactly once.
        """
        found = text.count(self.old)
        if found != 1:
            raise NoLongerFits(f"{self.file} has {found} of {self.old!r}")
        return text.replace(self.old, self.new)


def spoilt(edits: Sequence[Edit]) -> Mapping[str, str]:
    """The files that are changed, as they read then.

    Raises:
        NoLongerFits: a text to be changed is not there exactly once.
    """
    texts: dict[str, str] = {}
    for edit in edits:
        before = texts.get(edit.file) or (SOURCE / "peg" / edit.file).read_text()
        texts[edit.file] = edit.made(before)
    return texts


def lay(edits: Sequence[Edit], folder: Path) -> Path:
    """Lay a copy of the source into a new folder, changed; with its bytecode, which saves seconds.

    Raises:
        NoLongerFits: a text to be changed is not there exactly once.
    """
    texts = spoilt(edits)
    shutil.copytree(SOURCE, folder)
    for file, text in texts.items():
        (folder / "peg" / file).write_text(text)
    return folder
