"""Every environment variable that PEG reads, typed and explained. Only wiring reads them."""

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from platformdirs import user_data_path
from pydantic import BaseModel, ConfigDict, Field, PositiveFloat, SecretStr, field_validator

from peg.domain.identity import Channel
from peg.domain.loopback import is_loopback
from peg.settings.addresses import database_address, web_address

SHOPIFY_URL = "https://{shop}.myshopify.com"
ETSY_URL = "https://api.etsy.com"
ETSY_CONSENT_URL = "https://www.etsy.com"


class Settings(BaseModel):
    """What can be set from outside; each field is the variable `PEG_` + its name in capitals."""

    model_config = ConfigDict(frozen=True)

    home: Path = Field(
        default_factory=lambda: user_data_path("peg"),
        description="Folder of the database and of the key that seals tokens.",
    )
    database_url: str | None = Field(
        default=None,
        description=(
            "Where the book is kept: `sqlite+aiosqlite:///FILE` or `postgresql+asyncpg://…`."
            " Unset: `peg.db` in PEG_HOME."
        ),
    )
    shopify_url: str = Field(
        default=SHOPIFY_URL,
        description="Address of a Shopify shop, `{shop}` standing for its name.",
    )
    etsy_url: str = Field(default=ETSY_URL, description="Address of Etsy's API.")
    etsy_consent_url: str | None = Field(
        default=None,
        description=(
            "Address of the page where the owner consents on Etsy."
            f" Unset: {ETSY_CONSENT_URL}, or PEG_ETSY_URL where that was changed."
        ),
    )
    public_url: str | None = Field(
        default=None,
        description=(
            "Address under which the marketplaces reach PEG, for webhooks and for coming back"
            " from the consent page. Unset: no webhooks, only polls."
        ),
    )
    host: str = Field(default="127.0.0.1", description="Address that PEG listens on.")
    port: int = Field(default=8377, ge=0, le=65535, description="Port that PEG listens on.")
    api_token: SecretStr | None = Field(
        default=None,
        description=(
            "Token of the JSON API and the live page; a browser asks for it as the password of any"
            " name. Unset: only requests from this"
            " machine are answered."
        ),
    )
    master_key: SecretStr | None = Field(
        default=None,
        description="Keys that seal tokens, as `peg keys` writes them. Unset: PEG_MASTER_KEY_FILE.",
    )
    master_key_file: Path | None = Field(
        default=None,
        description="File with the keys that seal tokens. Unset: `master.key` in PEG_HOME.",
    )
    poll_shopify_s: PositiveFloat = Field(
        default=30.0, description="Seconds between two polls of a Shopify shop's orders."
    )
    poll_etsy_s: PositiveFloat = Field(
        default=120.0,
        description=(
            "Seconds between two polls of an Etsy shop's receipts, each two calls:"
            " 120 is 1,440 calls a day."
        ),
    )
    glance_s: PositiveFloat = Field(
        default=30.0,
        description=(
            "Seconds between two looks at the Etsy listings changed last: Etsy tells of no hand"
            " edit. 30 is 2,880 calls a day."
        ),
    )
    reconcile_s: PositiveFloat = Field(
        default=900.0, description="Seconds between two comparisons of every offer with the book."
    )
    many_offers: int = Field(
        default=20,
        ge=2,
        description=(
            "So many offers of one shop, changed by others or about to be raised within ten"
            " minutes, stop and ask a person, if they are PEG_MANY_SHARE of the shop besides."
            " From 250 on PEG always asks."
        ),
    )
    many_share: float = Field(
        default=0.2,
        ge=0.0,
        le=1.0,
        description="That share of a shop's offers.",
    )
    drift_share: float = Field(
        default=0.01,
        ge=0.0,
        le=1.0,
        description=(
            "More than that share of a shop's offers in drift at a comparison is an alert, if it is"
            " more than one. What PEG is about to write, what is paused, and what a question or"
            " your match waits for does not count."
        ),
    )
    blind_value: Decimal | None = Field(
        default=None,
        ge=0,
        description=(
            "Pieces with this price or more, in the currency of each shop, are taken off sale while"
            " the orders of another shop that sells them cannot be read, and put back after that."
            " Unset: none is; PEG only tells you."
        ),
    )
    blind_after_s: float = Field(
        default=1800.0,
        ge=600.0,
        description="Seconds for which a shop's orders could not be read before that is done.",
    )
    attempts_kept_days: int = Field(
        default=30,
        ge=2,
        le=3650,
        description=(
            "Days for which PEG keeps what it sent to the shops, what that stood on and what stood"
            " there before, its own delivered messages, and its comparisons of whole shops. The"
            " book is kept for ever."
        ),
    )
    deliveries_kept_days: int = Field(
        default=60,
        ge=7,
        le=3650,
        description=(
            "Days for which PEG knows which deliveries it has worked on. Marketplaces send the same"
            " again for 28 hours at most. What they carried is forgotten after a week."
        ),
    )
    alerts_kept_days: int = Field(
        default=90,
        ge=1,
        le=3650,
        description="Days for which `peg alerts` knows of alerts that have ended.",
    )
    case_winner: Literal["earliest_paid", "margin", "customer_value", "ask"] = Field(
        default="earliest_paid",
        description=(
            "Who should get a piece that was sold twice: the earliest order that is paid; the one"
            " that brings in most for it (`margin`); the largest order (`customer_value`); or"
            " nobody before you say so (`ask`). PEG only proposes."
        ),
    )
    fee_shopify_percent: Decimal = Field(
        default=Decimal(0),
        ge=0,
        lt=100,
        description=(
            "What Shopify keeps of a sale, in percent, for PEG_CASE_WINNER=margin and for where a"
            " piece earns most. 0: not known."
        ),
    )
    fee_etsy_percent: Decimal = Field(
        default=Decimal(0),
        ge=0,
        lt=100,
        description="What Etsy keeps of a sale, likewise.",
    )
    exposure_max: Decimal | None = Field(
        default=None,
        ge=0,
        description=(
            "A last piece whose being sold twice is expected to cost more than this, in the"
            " currency of its price, is shown on one shop only: where it earns most. It is on all"
            " again once that is a fifth less. `peg exposure` tells the figures, mostly cents."
            " Unset: none is."
        ),
    )
    exposure_cost_percent: Decimal = Field(
        default=Decimal(100),
        ge=0,
        description=(
            "What a double sale costs, in percent of the price, as long as nothing was booked of"
            " past ones (`peg cases cost`)."
        ),
    )
    clock_speed: PositiveFloat = Field(
        default=1.0,
        description=(
            "How fast PEG's clock runs. Other than 1 only for rehearsals: every marketplace"
            " address must then be on this machine."
        ),
    )
    log_format: Literal["console", "json"] = Field(
        default="console", description="How log lines are written to standard error."
    )
    log_file: Path | None = Field(
        default=None,
        description=(
            "File that gets every event from `info` on as a line of JSON, each call to a"
            " marketplace included. Unset: `peg.log` in PEG_HOME; with PEG_LOG_FORMAT=json none,"
            " since standard error has it all."
        ),
    )
    log_level: Literal["debug", "info", "warning", "error"] | None = Field(
        default=None,
        description=(
            "The least serious event that is logged."
            " Unset: `info` for `peg run`. The other commands say in their answers what came of"
            " them: what they log goes to PEG_LOG_FILE, and `warning` to standard error where"
            " there is none."
        ),
    )

    @field_validator("database_url")
    @classmethod
    def _a_database_that_peg_knows(cls, address: str | None) -> str | None:
        return None if address is None else database_address(address)

    @field_validator("shopify_url", "etsy_url", "etsy_consent_url", "public_url")
    @classmethod
    def _encrypted_unless_local(cls, address: str | None) -> str | None:
        return None if address is None else web_address(address, like=ETSY_URL)

    @property
    def fees(self) -> Mapping[Channel, Decimal]:
        """What each marketplace keeps of a sale, in percent, where that is known."""
        told = {
            Channel.SHOPIFY: self.fee_shopify_percent,
            Channel.ETSY: self.fee_etsy_percent,
        }
        return {channel: percent for channel, percent in told.items() if percent}

    @property
    def database(self) -> str:
        """The database's address, with its default filled in."""
        return self.database_url or f"sqlite+aiosqlite:///{self.home / 'peg.db'}"

    @property
    def log_path(self) -> Path | None:
        """The log file, with its default filled in."""
        if self.log_file is not None or self.log_format == "json":
            return self.log_file
        return self.home / "peg.log"

    @property
    def key_file(self) -> Path:
        """The file with the sealing keys, with its default filled in."""
        return self.master_key_file or self.home / "master.key"

    @property
    def consent_url(self) -> str:
        """Where the owner consents on Etsy, with its default filled in."""
        if self.etsy_consent_url is not None:
            return self.etsy_consent_url
        return ETSY_CONSENT_URL if self.etsy_url == ETSY_URL else self.etsy_url

    @property
    def rehearses(self) -> bool:
        """Both marketplaces stand on this machine, so nothing here is a real shop."""
        addresses = (self.shopify_url.replace("{shop}", "shop"), self.etsy_url)
        hosts = (urlsplit(address).hostname for address in addresses)
        return all(host is not None and is_loopback(host) for host in hosts)
