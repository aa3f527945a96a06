"""Setting and adjusting stock: all lines of a call or none."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from marketsim.shopify.call import Call, call_of, user_error
from marketsim.shopify.credentials import APP_NAME
from marketsim.shopify.records import STATES, InventoryItem, Level, Location
from marketsim.shopify.resolvers.base import Info, Resolvers
from marketsim.shopify.resolvers.keyed import Payload, run_once
from marketsim.shopify.stock import Change

QUANTITY_MAX = 1_000_000_000
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+\Z")
REASONS = frozenset(
    {
        "correction",
        "cycle_count_available",
        "damaged",
        "movement_canceled",
        "movement_created",
        "movement_received",
        "movement_updated",
        "other",
        "promotion",
        "quality_control",
        "received",
        "reservation_created",
        "reservation_deleted",
        "reservation_updated",
        "restock",
        "safety_stock",
        "shrinkage",
    }
)
Errors = list[dict[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One line of a write, its item and place found."""

    item: InventoryItem
    location: Location
    amount: int
    change_from: int | None
    ledger_document: str | None = None


def set_quantities(_root: Any, info: Info, input: dict[str, Any]) -> Payload:  # noqa: A002 - the schema's own name
    """Set `available` or `on_hand` at up to 250 places."""
    call = call_of(info)
    call.need("write_inventory", "inventorySetQuantities")

    def write() -> Payload:
        errors, wanted = _read(call, input, "quantities", "quantity")
        if input["name"] not in ("available", "on_hand"):
            message = "The quantity name must be either 'available' or 'on_hand'."
            errors.append(user_error(message, "input", "name", code="INVALID_NAME"))
        errors += _out_of_range(wanted, "quantities", "quantity", low=0)
        errors += _doubled(wanted)
        errors = errors or _stale(wanted, "quantities", input["name"])
        errors = errors or _below_zero(call, wanted, "quantities", "quantity", input["name"])
        return _refused(errors) if errors else _apply(call, input, wanted, absolute=True)

    return run_once(info, input, write, _refuse, again=lambda: _again(call, input, "quantities"))


def adjust_quantities(_root: Any, info: Info, input: dict[str, Any]) -> Payload:  # noqa: A002 - the schema's own name
    """Add to one named quantity at up to 250 places."""
    call = call_of(info)
    call.need("write_inventory", "inventoryAdjustQuantities")

    def write() -> Payload:
        errors, wanted = _read(call, input, "changes", "delta")
        name = input["name"]
        if name not in (*STATES, "incoming"):
            message = f"The quantity name '{name}' cannot be adjusted."
            errors.append(user_error(message, "input", "name", code="INVALID_QUANTITY_NAME"))
        errors += _document_errors(wanted, name)
        errors += _out_of_range(wanted, "changes", "delta", low=-QUANTITY_MAX)
        errors = errors or _stale(wanted, "changes", name)
        errors = errors or _below_zero(call, wanted, "changes", "delta", name)
        return _refused(errors) if errors else _apply(call, input, wanted, absolute=False)

    return run_once(info, input, write, _refuse, again=lambda: _again(call, input, "changes"))


def _read(
    call: Call, given: Mapping[str, Any], rows: str, amount: str
) -> tuple[Errors, list[Wanted]]:
    """The lines with their records, and everything wrong with reason, document, items, places."""
    errors: Errors = []
    wanted = []
    if given["reason"] not in REASONS:
        errors.append(
            user_error("The reason is not valid.", "input", "reason", code="INVALID_REASON")
        )
    document = given.get("referenceDocumentUri")
    if document is not None and not _URI.match(document):
        errors.append(
            user_error(
                "The reference document URI must have a scheme and a path.",
                "input",
                "referenceDocumentUri",
                code="INVALID_REFERENCE_DOCUMENT",
            )
        )
    for index, row in enumerate(given[rows]):
        item = call.look_up(row["inventoryItemId"])
        place = call.look_up(row["locationId"])
        if not isinstance(item, InventoryItem):
            message = "The specified inventory item could not be found."
            path = ("input", rows, index, "inventoryItemId")
            errors.append(user_error(message, *path, code="INVALID_INVENTORY_ITEM"))
        if not isinstance(place, Location):
            message = "The specified location could not be found."
            path = ("input", rows, index, "locationId")
            errors.append(user_error(message, *path, code="INVALID_LOCATION"))
        if isinstance(item, InventoryItem) and not item.mutable:
            message = "The specified inventory item is not allowed to be adjusted via API."
            path = ("input", rows, index, "inventoryItemId")
            errors.append(user_error(message, *path, code="NON_MUTABLE_INVENTORY_ITEM"))
        if isinstance(item, InventoryItem) and isinstance(place, Location):
            wanted.append(
                Wanted(
                    item=item,
                    location=place,
                    amount=row[amount],
                    change_from=row.get("changeFromQuantity"),
                    ledger_document=row.get("ledgerDocumentUri"),
                )
            )
    return errors, wanted


def _document_errors(wanted: Sequence[Wanted], name: str) -> Errors:
    """Every quantity but `available` says which document it belongs to."""
    errors = []
    for index, line in enumerate(wanted):
        path = ("input", "changes", index, "ledgerDocumentUri")
        if name == "available" and line.ledger_document is not None:
            message = "A ledger document URI is not allowed when adjusting available."
            errors.append(user_error(message, *path, code="INVALID_AVAILABLE_DOCUMENT"))
        elif name != "available" and line.ledger_document is None:
            message = "A ledger document URI is required except when adjusting available."
            errors.append(user_error(message, *path, code="INVALID_QUANTITY_DOCUMENT"))
        elif line.ledger_document is not None and not _URI.match(line.ledger_document):
            message = "The ledger document URI must have a scheme and a path."
            errors.append(user_error(message, *path, code="INVALID_LEDGER_DOCUMENT"))
    return errors


def _out_of_range(wanted: Sequence[Wanted], rows: str, amount: str, *, low: int) -> Errors:
    errors = []
    for index, line in enumerate(wanted):
        path = ("input", rows, index, amount)
        if line.amount > QUANTITY_MAX:
            message = f"The quantity can't be higher than {QUANTITY_MAX}."
            errors.append(user_error(message, *path, code="INVALID_QUANTITY_TOO_HIGH"))
        elif line.amount < low:
            code = "INVALID_QUANTITY_NEGATIVE" if low == 0 else "INVALID_QUANTITY_TOO_LOW"
            errors.append(user_error(f"The quantity can't be lower than {low}.", *path, code=code))
    return errors


def _doubled(wanted: Sequence[Wanted]) -> Errors:
    seen: set[tuple[int, int]] = set()
    errors = []
    for index, line in enumerate(wanted):
        pair = (line.item.number, line.location.number)
        if pair in seen:
            errors.append(
                user_error(
                    "The combination of inventoryItemId and locationId must be unique.",
                    "input",
                    "quantities",
                    index,
                    code="NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR",
                )
            )
        seen.add(pair)
    return errors


def _stale(wanted: Sequence[Wanted], rows: str, name: str) -> Errors:
    """Every line whose quantity is not what its writer believed; one of them refuses the call."""
    errors = []
    for index, line in enumerate(wanted):
        level = line.item.levels.get(line.location.number)
        held = level.quantity(name) if level else 0
        if line.change_from is not None and line.change_from != held:
            errors.append(
                user_error(
                    "The changeFromQuantity argument no longer matches the persisted quantity.",
                    "input",
                    rows,
                    index,
                    "changeFromQuantity",
                    code="CHANGE_FROM_QUANTITY_STALE",
                )
            )
    return errors


def _below_zero(call: Call, wanted: Sequence[Wanted], rows: str, amount: str, name: str) -> Errors:
    """Every line that would take more than is available, where none may be owed."""
    errors: Errors = []
    for index, line in enumerate(wanted if name in ("available", "on_hand") else ()):
        level = line.item.levels.get(line.location.number)
        held = level.quantity(name) if level else 0
        taken = -line.amount if rows == "changes" else held - line.amount
        if call.shop.stock.lacks(level, taken):
            message, path = "The available quantity can't be negative.", ("input", rows, index)
            errors.append(user_error(message, *path, amount, code="INVALID_QUANTITY_TOO_LOW"))
    return errors


def _apply(
    call: Call, given: Mapping[str, Any], wanted: Sequence[Wanted], *, absolute: bool
) -> Payload:
    stock, name = call.shop.stock, given["name"]
    changes: list[Change] = []
    for line in wanted:
        level = _level(call, line)
        delta = line.amount - level.quantity(name) if absolute else line.amount
        moved = "available" if name == "on_hand" else name
        changes += stock.move(level, {moved: delta}, by="app")
    if not call.shop.strikes("paired_changes"):
        changes = [change for change in changes if change.name == name]
    if not changes and call.shop.strikes("null_group_on_zero_delta"):
        return {"inventoryAdjustmentGroup": None, "userErrors": []}
    return {"inventoryAdjustmentGroup": _group(call, given, changes), "userErrors": []}


def _level(call: Call, line: Wanted) -> Level:
    """The level; one that is made now may be inactive although all went well."""
    inactive = line.location.number not in line.item.levels and call.shop.strikes("inactive_level")
    return call.shop.stock.level_of(line.item, line.location, active=not inactive)


def _group(call: Call, given: Mapping[str, Any], changes: Sequence[Change]) -> dict[str, Any]:
    silent = call.shop.strikes("null_quantity_after_change")
    number = call.shop.store.next_number()
    return {
        "id": f"gid://shopify/InventoryAdjustmentGroup/{number}",
        "createdAt": call.shop.store.now(),
        "reason": given["reason"],
        "referenceDocumentUri": given.get("referenceDocumentUri"),
        "app": {"title": APP_NAME},
        "changes": [
            {
                "name": change.name,
                "delta": change.delta,
                "quantityAfterChange": None if silent else change.level.quantity(change.name),
                "item": change.level.item,
                "location": change.level.location,
            }
            for change in changes
        ],
    }


def _again(call: Call, given: Mapping[str, Any], rows: str) -> Payload | None:
    """What a second comparison under the same key finds: mostly that the first one did its work."""
    amount = "quantity" if rows == "quantities" else "delta"
    _, wanted = _read(call, given, rows, amount)
    errors = _stale(wanted, rows, given["name"])
    return _refused(errors) if errors else None


def _refused(errors: Errors) -> Payload:
    return {"inventoryAdjustmentGroup": None, "userErrors": errors}


def _refuse(message: str, code: str) -> Payload:
    return _refused([user_error(message, code=code)])


RESOLVERS: Resolvers = {
    ("Mutation", "inventorySetQuantities"): set_quantities,
    ("Mutation", "inventoryAdjustQuantities"): adjust_quantities,
}
