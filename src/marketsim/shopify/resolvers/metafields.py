"""Custom fields: their declared types, and their values guarded by digests."""

import hashlib
import json
import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

from marketsim.shopify.call import Call, call_of, user_error
from marketsim.shopify.records import Metafield, MetafieldDefinition
from marketsim.shopify.resolvers.base import Info, Resolvers
from marketsim.shopify.resolvers.keyed import Payload

SET_MAX = 25
TYPES = frozenset(
    {
        "boolean",
        "color",
        "date",
        "date_time",
        "dimension",
        "file_reference",
        "id",
        "json",
        "metaobject_reference",
        "money",
        "multi_line_text_field",
        "number_decimal",
        "number_integer",
        "product_reference",
        "rating",
        "rich_text_field",
        "single_line_text_field",
        "url",
        "volume",
        "weight",
    }
)
_KEY = re.compile(r"[A-Za-z0-9_-]{2,64}\Z")
_DECIMALS_MAX = 9
_CAPABILITIES = ("adminFilterable", "uniqueValues", "smartCollectionCondition")


def definitions(_root: Any, info: Info, **args: Any) -> Any:
    """The declared fields of one kind of owner."""
    call = call_of(info)
    shown = [
        it
        for it in call.shop.store.definitions.values()
        if it.owner_type == args["ownerType"]
        and args.get("namespace") in (None, it.namespace)
        and args.get("key") in (None, it.key)
    ]
    return call.page(info, shown, args)


def create_definition(_root: Any, info: Info, definition: dict[str, Any]) -> Payload:
    """Declare a field; a second declaration of the same is TAKEN."""
    call = call_of(info)
    call.need("write_products", "metafieldDefinitionCreate")
    namespace = definition.get("namespace") or "custom"
    error = _definition_error(call, definition, namespace)
    if error is not None:
        return {"createdDefinition": None, "userErrors": [error]}
    given = definition.get("access") or {}
    wanted = definition.get("capabilities") or {}
    made = MetafieldDefinition(
        number=call.shop.store.next_number(),
        owner_type=definition["ownerType"],
        namespace=namespace,
        key=definition["key"],
        name=definition["name"],
        type=definition["type"],
        validations=definition.get("validations") or [],
        access={
            "admin": given.get("admin") or "PUBLIC_READ_WRITE",
            "storefront": given.get("storefront") or "NONE",
        },
        capabilities={
            name: bool((wanted.get(name) or {}).get("enabled")) for name in _CAPABILITIES
        },
    )
    call.shop.store.definitions[made.number] = made
    return {"createdDefinition": made, "userErrors": []}


def _definition_error(call: Call, given: dict[str, Any], namespace: str) -> dict[str, Any] | None:
    plain = given["type"].removeprefix("list.")
    if plain not in TYPES:
        message = f"Type {given['type']} is not a valid type"
        return user_error(message, "definition", "type", code="INCLUSION")
    if not _KEY.match(given["key"]):
        message = "Key must be 2 to 64 letters, digits, underscores and hyphens"
        return user_error(message, "definition", "key", code="INVALID_CHARACTER")
    if not given["name"].strip():
        return user_error("Name can't be blank", "definition", "name", code="BLANK")
    taken = any(
        (it.owner_type, it.namespace, it.key) == (given["ownerType"], namespace, given["key"])
        for it in call.shop.store.definitions.values()
    )
    if taken:
        message = f"Key is in use for {given['ownerType']} metafields of '{namespace}'."
        return user_error(message, "definition", "key", code="TAKEN")
    return None


def set_values(_root: Any, info: Info, metafields: list[dict[str, Any]]) -> Payload:
    """Write up to 25 fields, all or none; a digest guards against overwriting unseen changes."""
    call = call_of(info)
    call.need("write_products", "metafieldsSet")
    if len(metafields) > SET_MAX:
        message = f"Exceeded the maximum metafields input limit of {SET_MAX}."
        error = user_error(message, "metafields", code="LESS_THAN_OR_EQUAL_TO")
        return {"metafields": None, "userErrors": [error | {"elementIndex": None}]}
    errors = [
        error | {"elementIndex": index}
        for index, row in enumerate(metafields)
        for error in _value_errors(call, row, index)
    ]
    if errors:
        return {"metafields": None, "userErrors": errors}
    return {
        "metafields": [write(call, row["ownerId"], row) for row in metafields],
        "userErrors": [],
    }


def _value_errors(call: Call, row: dict[str, Any], index: int) -> list[dict[str, Any]]:
    path = ("metafields", str(index))
    if call.look_up(row["ownerId"]) is None:
        return [user_error("Owner does not exist.", *path, "ownerId", code="INVALID")]
    place = _place(row["ownerId"], row)
    held = call.shop.store.metafields.get(place)
    if "compareDigest" in row and row["compareDigest"] != (digest(held) if held else None):
        message = "The resource has been updated since it was loaded."
        return [user_error(message, *path, "compareDigest", code="STALE_OBJECT")]
    declared = _declared(call, row["ownerId"], row)
    wanted = row.get("type") or (held.type if held else None) or declared
    if wanted is None:
        return [user_error("Type can't be blank", *path, "type", code="BLANK")]
    if wanted.removeprefix("list.") not in TYPES:
        return [user_error(f"{wanted} is not a type", *path, "type", code="INVALID_TYPE")]
    if declared not in (None, wanted):
        message = f"Type '{wanted}' must be consistent with the definition's type: '{declared}'."
        return [user_error(message, *path, "type", code="INVALID_TYPE")]
    complaint = wrong_value(wanted, row["value"])
    return [user_error(complaint, *path, "value", code="INVALID_VALUE")] if complaint else []


def _declared(call: Call, owner: str, row: dict[str, Any]) -> str | None:
    """The type that a definition gives this field of this kind of owner."""
    namespace = row.get("namespace") or "custom"
    kind = owner.removeprefix("gid://shopify/").partition("/")[0].upper()
    found = (
        it.type
        for it in call.shop.store.definitions.values()
        if (it.owner_type, it.namespace, it.key) == (kind, namespace, row.get("key"))
    )
    return next(found, None)


def _is_decimal(value: str) -> bool:
    try:
        exponent = Decimal(value).as_tuple().exponent
    except InvalidOperation:
        return False
    return isinstance(exponent, int) and -exponent <= _DECIMALS_MAX


_RIGHT: dict[str, tuple[Callable[[str], bool], str]] = {
    "number_integer": (
        lambda value: re.fullmatch(r"-?\d+", value) is not None,
        "Value must be an integer.",
    ),
    "number_decimal": (
        _is_decimal,
        f"Value must be a decimal with at most {_DECIMALS_MAX} decimals.",
    ),
    "boolean": (lambda value: value in ("true", "false"), "Value must be true or false."),
    "file_reference": (
        lambda value: value.startswith("gid://shopify/"),
        "Value must be a global id of a file.",
    ),
}
_JSON = ("dimension", "json", "money", "rating", "volume", "weight")


def wrong_value(kind: str, value: str) -> str | None:
    """What is wrong with a value of a type, in a sentence; None when it is right."""
    if value == "":
        return "Value can't be blank."
    if kind in _RIGHT:
        right, complaint = _RIGHT[kind]
        return None if right(value) else complaint
    if kind in _JSON or kind.startswith("list."):
        return _wrong_json(kind, value)
    return None


def _wrong_json(kind: str, value: str) -> str | None:
    try:
        held = json.loads(value)
    except ValueError:
        return "Value must be valid JSON."
    if kind == "money" and not (
        isinstance(held, dict) and {"amount", "currency_code"} <= set(held)
    ):
        return "Value must be JSON with amount and currency_code."
    if kind.startswith("list.") and not isinstance(held, list):
        return "Value must be a JSON list."
    return None


def digest(held: Metafield) -> str:
    """Stands for a field's present value."""
    return hashlib.sha256(f"{held.number}:{held.value}".encode()).hexdigest()


def _place(owner: str, row: dict[str, Any]) -> tuple[str, str, str]:
    return (owner, row.get("namespace") or "custom", row.get("key") or "")


def write(call: Call, owner: str, row: dict[str, Any]) -> Metafield:
    """Write one field."""
    store = call.shop.store
    place = _place(owner, row)
    held = store.metafields.get(place)
    if held is None:
        held = Metafield(
            number=store.next_number(),
            namespace=place[1],
            key=place[2],
            type="",
            value="",
            owner=owner,
            updated_at=store.now(),
        )
        store.metafields[place] = held
        store.metafields_of.setdefault(owner, []).append(held)
    held.type = (
        row.get("type") or held.type or _declared(call, owner, row) or "single_line_text_field"
    )
    held.value = row.get("value") or ""
    held.updated_at = store.now()
    return held


def replace_all(call: Call, owner: str, rows: list[dict[str, Any]]) -> None:
    """Write these fields and delete the owner's others."""
    kept = [write(call, owner, row) for row in rows]
    store = call.shop.store
    for held in store.metafields_of.get(owner, []):
        if held not in kept:
            del store.metafields[owner, held.namespace, held.key]
    store.metafields_of[owner] = kept


RESOLVERS: Resolvers = {
    ("QueryRoot", "metafieldDefinitions"): definitions,
    ("Mutation", "metafieldDefinitionCreate"): create_definition,
    ("Mutation", "metafieldsSet"): set_values,
    ("Metafield", "compareDigest"): lambda source, _info: digest(source),
    ("MetafieldDefinition", "type"): lambda source, _info: {
        "name": source.type,
        "category": source.type.removeprefix("list.").partition("_")[0].upper(),
    },
    ("MetafieldDefinition", "validationStatus"): lambda _source, _info: "ALL_VALID",
    ("MetafieldDefinition", "capabilities"): lambda source, _info: {
        name: {"enabled": on} for name, on in source.capabilities.items()
    },
}
