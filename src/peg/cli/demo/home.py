"""The folder of one rehearsal: gone with it, but for one that did not end well."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from peg.domain.errors import PegError


@dataclass(slots=True, kw_only=True)
class Home:
    """Where the database, the log and the practice shops' complaints of this run stand.

    Attributes:
        begun: both practice shops are connected, so that there is something to tell of.
    """

    path: Path
    begun: bool = False
    kept: bool = False

    def keep(self) -> str:
        """Leave it for whoever asks why; a sentence that says where."""
        self.kept = True
        return f"What this run left is kept in {self.path}."


@contextmanager
def fresh_home(say: Callable[[str], None]) -> Iterator[Home]:
    """A new folder for as long as the block lasts; it stays, and is named, if that fails.

    A refusal before anything is begun tells all there is; a fault is asked about whenever it comes.
    """
    home = Home(path=Path(tempfile.mkdtemp(prefix="peg-demo-")))
    try:
        yield home
    except Exception as error:
        if home.begun or not isinstance(error, PegError):
            say(home.keep())
        raise
    finally:
        if not home.kept:
            shutil.rmtree(home.path)
