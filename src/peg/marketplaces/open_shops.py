"""The shops that PEG can reach now, behind their port."""

from typing import NoReturn

from peg.domain.identity import ShopId
from peg.marketplaces.port import AccessRevoked, Marketplace


class OpenShops(dict[ShopId, Marketplace]):
    """The connected shops, which come and go; one that is not here cannot be reached, and says so.

    The book keeps the offers of shops that went away: whoever asks after one of those must be able
    to wait for that shop, and go on with the others.
    """

    def __missing__(self, shop: ShopId) -> NoReturn:
        """Say that the shop is out of reach.

        Raises:
            AccessRevoked: it is not connected.
        """
        channel = shop.partition(":")[0]
        raise AccessRevoked(f"{shop} is not connected: run `peg connect {channel}`")
