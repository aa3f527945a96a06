"""Everything one practice shop consists of, put together."""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

import httpx2

from marketsim.clock import MarketClock
from marketsim.faults import Faults
from marketsim.shopify.agenda import Agenda
from marketsim.shopify.bulk_records import BulkOperation
from marketsim.shopify.cost import Bucket
from marketsim.shopify.credentials import CALLBACKS
from marketsim.shopify.files import Files
from marketsim.shopify.growth import Growth
from marketsim.shopify.idempotency import Keys
from marketsim.shopify.order_records import Line, Order, Refund
from marketsim.shopify.orders import Orders
from marketsim.shopify.payloads.goods import level_body, product_body
from marketsim.shopify.payloads.order import edit_body, order_body
from marketsim.shopify.payloads.refund import refund_body
from marketsim.shopify.payloads.shop import shop_body
from marketsim.shopify.product_operation import ProductSetOperation
from marketsim.shopify.products import Products
from marketsim.shopify.records import Level
from marketsim.shopify.stock import By, Stock
from marketsim.shopify.store import Store
from marketsim.shopify.subscriptions import TERMS, Subscriptions
from marketsim.shopify.tokens import Tokens
from marketsim.webhooks import Courier

StartBulk = Callable[[BulkOperation, bytes, frozenset[str]], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """The parts of one shop. `public_url` is where its server is reached from outside."""

    clock: MarketClock
    faults: Faults
    rng: Random
    public_url: str
    store: Store
    stock: Stock
    orders: Orders
    products: Products
    courier: Courier
    subscriptions: Subscriptions
    tokens: Tokens
    keys: Keys
    bucket: Bucket
    agenda: Agenda
    growth: Growth
    files: Files
    bulk: dict[int, BulkOperation]
    operations: dict[int, ProductSetOperation]
    bulk_runner: "list[StartBulk]"
    callbacks: set[str] = field(default_factory=lambda: set(CALLBACKS))

    def start_bulk(self, operation: BulkOperation, uploaded: bytes, scopes: frozenset[str]) -> None:
        """Begin to work on a bulk operation."""
        for start in self.bulk_runner:
            start(operation, uploaded, scopes)

    def strikes(self, fault: str) -> bool:
        """Whether a fault of this market happens now; named without its prefix."""
        return self.faults.strikes(f"shopify.{fault}")

    def delay_s(self, low: float, high: float) -> float:
        """How long asynchronous work takes this time; nothing when it is switched off."""
        return self.rng.uniform(low, high) if self.strikes("async_jobs") else 0.0

    def uninstall(self) -> None:
        """The owner removes the app: tokens die, subscriptions end, a last webhook is sent."""
        self.subscriptions.emit("app/uninstalled", lambda: shop_body(self.store))
        self.tokens.revoke_all()
        self.subscriptions.records.clear()


def build_shop(
    *, clock: MarketClock, faults: Faults, seed: int, http: httpx2.AsyncClient, public_url: str
) -> Shop:
    """A shop without goods."""

    def strikes(fault: str) -> bool:
        return faults.strikes(f"shopify.{fault}")

    rng = Random(f"shopify/{seed}")
    wide = faults.rate("shopify.wide_ids") > 0
    store = Store(clock=clock, rng=Random(f"shopify-ids/{seed}"), wide_ids=wide)
    stock = Stock(store, strikes)
    courier = Courier(
        market="shopify",
        clock=clock,
        faults=faults,
        http=http,
        terms=TERMS,
        on_given_up=lambda gid: given_up(shop, gid),
    )
    agenda = Agenda(clock)
    bulk: dict[int, BulkOperation] = {}
    operations: dict[int, ProductSetOperation] = {}
    store.shelve("BulkOperation", bulk)
    store.shelve("ProductSetOperation", operations)
    shop = Shop(
        clock=clock,
        faults=faults,
        rng=rng,
        public_url=public_url.rstrip("/"),
        store=store,
        stock=stock,
        orders=Orders(store, stock),
        products=Products(store, stock),
        courier=courier,
        subscriptions=Subscriptions(store, courier, Random(f"shopify-webhooks/{seed}"), strikes),
        tokens=Tokens(clock, Random(f"shopify-tokens/{seed}"), strikes),
        keys=Keys(clock, strikes),
        bucket=Bucket(clock),
        agenda=agenda,
        growth=Growth(clock, store.variants),
        files=Files(store),
        bulk=bulk,
        operations=operations,
        bulk_runner=[],
    )
    _connect(shop)
    return shop


def given_up(shop: Shop, gid: str) -> bool:
    """A subscription failed 8 times in a row: whether it is gone."""
    deleted = shop.strikes("subscription_deleted")
    if deleted:
        shop.subscriptions.give_up(gid)
    return deleted


def _connect(shop: Shop) -> None:
    """Let changes reach the subscribers."""
    store, emit = shop.store, shop.subscriptions.emit

    def on_level(level: Level, by: By) -> None:
        if by != "app" or shop.strikes("inventory_echo"):
            emit("inventory_levels/update", lambda: level_body(level))
        variant = level.item.variant
        if variant is not None and shop.strikes("products_update_flood"):
            variant.product.updated_at = store.now()
            emit("products/update", lambda: product_body(variant.product))

    def on_order(topic: str, order: Order) -> None:
        emit(topic, lambda: order_body(order, store))

    def on_refund(order: Order, refund: Refund) -> None:
        emit("refunds/create", lambda: refund_body(order, refund, store))

    def on_edit(order: Order, line: Line, removed: int) -> None:
        emit("orders/edited", lambda: edit_body(order, line, removed, store))

    shop.stock.on_level = on_level
    shop.orders.on_event = on_order
    shop.orders.on_refund = on_refund
    shop.orders.on_edit = on_edit
    shop.products.on_updated = lambda product: emit(
        "products/update", lambda: product_body(product)
    )
    shop.products.on_deleted = lambda product: emit(
        "products/delete", lambda: {"id": product.number}
    )
