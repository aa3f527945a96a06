"""Install PEG as a stranger does, and run it there: `make test-install`.

The wheel is compared with the sources, then installed without the lock, as pipx does: what it runs
on is the newest that its own bounds allow. It is run from another folder, where no source is.
"""

import json
import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
UV = os.environ.get("UV", "uv")
"""Who is run by uv finds its place here."""

OURS = ("PEG_", "PYTHON", "VIRTUAL_ENV", "UV_PROJECT")
DEMO = ("demo", "--headless", "--json", "--orders", "3", "--pieces", "40", "--pace", "60")
ENDS_WITHIN_S = 90.0


class NotInstallable(Exception):
    """What a stranger would meet."""


def main() -> int:
    """Build, compare, install and run; 1 with a sentence where one of them fails."""
    with tempfile.TemporaryDirectory(prefix="peg-wheel-") as folder:
        try:
            wheel = build(Path(folder) / "dist")
            compare(wheel)
            try_out(install(wheel, Path(folder) / "venv"), elsewhere=Path(folder))
        except NotInstallable as failure:
            print(failure, file=sys.stderr)
            return 1
    print("PEG can be installed without its lock, and its demo ends well there.")
    return 0


def build(folder: Path) -> Path:
    """The wheel of what is here now."""
    run(UV, "build", "--quiet", "--wheel", "--out-dir", str(folder), str(ROOT))
    return next(folder.glob("*.whl"))


def compare(wheel: Path) -> None:
    """Everything under `src` is in the wheel: pages, scripts, steps, schema and tables as well.

    Raises:
        NotInstallable: it names what is missing.
    """
    with zipfile.ZipFile(wheel) as packed:
        missing = left_out(ROOT / "src", packed.namelist())
    if missing:
        raise NotInstallable(f"not in the wheel: {', '.join(missing)}")


def left_out(sources: Path, packed: Iterable[str]) -> Sequence[str]:
    """The files under `sources` that are not `packed`."""
    files = (path for path in sources.rglob("*") if path.is_file())
    wanted = {str(one.relative_to(sources)) for one in files if "__pycache__" not in one.parts}
    return sorted(wanted - set(packed))


def install(wheel: Path, venv: Path) -> Path:
    """Install the wheel with whatever is newest; where its programs are."""
    run(UV, "venv", "--quiet", "--python", sys.executable, str(venv))
    run(UV, "pip", "install", "--quiet", "--python", str(venv / "bin" / "python"), str(wheel))
    return venv / "bin"


def try_out(programs: Path, *, elsewhere: Path) -> None:
    """Run both programs from a folder without sources.

    Raises:
        NotInstallable: one does not end well, or an invariant was broken.
    """
    run(str(programs / "peg"), "--help", folder=elsewhere)
    run(str(programs / "marketsim"), "faults", folder=elsewhere)
    found = json.loads(run(str(programs / "peg"), *DEMO, folder=elsewhere))
    broken = [name for name, held in found["invariants"].items() if not held]
    if broken:
        raise NotInstallable(f"the installed demo broke {'; '.join(broken)}")


def run(*command: str, folder: Path = ROOT) -> str:
    """Run a program that knows nothing of this project; what it printed.

    Raises:
        NotInstallable: it failed, or did not end; with the end of what it said.
    """
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env=strangers(os.environ),
            capture_output=True,
            text=True,
            check=False,
            timeout=ENDS_WITHIN_S,
        )
    except subprocess.TimeoutExpired as error:
        raise NotInstallable(f"{' '.join(command)}: no end within {ENDS_WITHIN_S:g} s") from error
    if done.returncode:
        said = (done.stderr.strip() or done.stdout.strip())[-2_000:]
        raise NotInstallable(f"{' '.join(command)}: exit code {done.returncode}\n{said}")
    return done.stdout


def strangers(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment without what this project's own set-up put there."""
    return {name: text for name, text in environment.items() if not name.startswith(OURS)}


if __name__ == "__main__":
    sys.exit(main())
