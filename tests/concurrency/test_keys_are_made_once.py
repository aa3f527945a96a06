"""Several PEGs begin at once on a new home: what one has sealed, all can open after a restart."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

from peg.settings.environment import load_settings
from peg.settings.fields import Settings
from peg.shops.sealing import KeyRing, Place
from peg.wiring.keys import load_ring

BEGINNERS = 8
HOMES = 20
PLACE = Place(table="grants", row="shopify:gems.myshopify.com", column="access_token")


def begin_at_once(settings: Settings) -> list[KeyRing]:
    """All of them find no key, and make one."""
    gate = Barrier(BEGINNERS)

    def begins(_: int) -> KeyRing:
        gate.wait()
        return load_ring(settings)

    with ThreadPoolExecutor(BEGINNERS) as pool:
        return list(pool.map(begins, range(BEGINNERS)))


def test_what_any_of_them_seals_is_opened_by_the_key_that_stays(tmp_path: Path) -> None:
    for number in range(HOMES):
        home = tmp_path / str(number)
        settings = load_settings({"PEG_HOME": str(home)})

        sealed = [ring.seal("a secret", PLACE) for ring in begin_at_once(settings)]

        later = load_ring(settings)
        assert [later.open(one, PLACE) for one in sealed] == ["a secret"] * BEGINNERS
        assert [one.name for one in home.iterdir()] == [settings.key_file.name]
