"""The folder of one rehearsal: gone with it, but for one that did not end well."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from peg.cli.demo.practice import BadRehearsal


@dataclass(slots=True, kw_only=True)
class Home:
    """Where the database, the log and the practice shops' complaints of this run stand."""

    path: Path
    kept: bool = False

    def keep(self) -> str:
        """Leave it for whoever asks why; a sentence that says where."""
        self.kept = True
        return f"What this run left is kept in {self.path}."


@contextmanager
def fresh_home(say: Callable[[str], None]) -> Iterator[Home]:
    """A new folder for as long as the block lasts; it stays, and is named, if that fails."""
    home = Home(path=Path(tempfile.mkdtemp(prefix="peg-demo-")))
    try:
        yield home
    except BadRehearsal:
        raise  # a word typed wrong: nothing happened that anybody could ask about
    except Exception:
        say(home.keep())
        raise
    finally:
        if not home.kept:
            shutil.rmtree(home.path)
