"""The practice shop put together: what operations, the portal and the market work on."""

from dataclasses import dataclass

from marketsim.clock import MarketClock
from marketsim.etsy.fees import Account
from marketsim.etsy.grants import Grants
from marketsim.etsy.life import Life
from marketsim.etsy.limits import Limits
from marketsim.etsy.notices import Notices
from marketsim.etsy.orders import Orders
from marketsim.etsy.overnight import Overnight
from marketsim.etsy.pages import Pages
from marketsim.etsy.records import Listing
from marketsim.etsy.settings import Settings
from marketsim.etsy.staleness import remember
from marketsim.etsy.stock import Stock
from marketsim.etsy.store import Store
from marketsim.etsy.tally import Tally
from marketsim.faults import Faults


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """Everything of the one shop."""

    clock: MarketClock
    faults: Faults
    settings: Settings
    store: Store
    stock: Stock
    life: Life
    orders: Orders
    account: Account
    notices: Notices
    grants: Grants
    limits: Limits
    pages: Pages
    overnight: Overnight
    tally: Tally
    public_url: str

    def remember(self, listing: Listing) -> None:
        """Before a listing is changed: reads may still show it as it is now, for a while."""
        stale_s = self.settings.stale_s
        remember(self.faults, listing, now=self.store.now(), stale_s=stale_s)

    def strikes(self, name: str) -> bool:
        """Whether the fault `etsy.<name>` happens on this occasion."""
        return self.faults.strikes(f"etsy.{name}")
