"""Bulk operations: asked for here, worked on by `marketsim.shopify.bulk`."""

from typing import Any

from graphql import GraphQLError, OperationType, parse
from graphql.language import OperationDefinitionNode

from marketsim.shopify.bulk_records import BulkOperation
from marketsim.shopify.call import Call, call_of, user_error
from marketsim.shopify.resolvers.base import Info, Resolvers
from marketsim.shopify.resolvers.keyed import Payload
from marketsim.shopify.search import Field, Moment, Number, Word
from marketsim.shopify.wording import utc

AT_ONCE_MAX = 5
UPLOAD_BYTES_MAX = 100 * 1024 * 1024
_FIELDS: dict[str, Field] = {
    "id": Number(get=lambda it: it.number),
    "status": Word(get=lambda it: it.status),
    "operation_type": Word(get=lambda it: it.type),
    "created_at": Moment(get=lambda it: it.created_at),
}


def one(_root: Any, info: Info, id: str) -> BulkOperation | None:  # noqa: A002 - the schema's own name
    """How far a bulk operation is."""
    found: BulkOperation | None = call_of(info).find(id, BulkOperation, "bulk operation")
    return found


def many(_root: Any, info: Info, **args: Any) -> Any:
    """The app's bulk operations."""
    call = call_of(info)
    return call.page(
        info,
        call.shop.bulk.values(),
        args,
        key_of=lambda it: (utc(it.created_at), it.number),
        fields=_FIELDS,
    )


def run_query(_root: Any, info: Info, query: str, **_args: Any) -> Payload:
    """Read everything that one connection holds."""
    call = call_of(info)
    complaint = _wrong(query, OperationType.QUERY) or _too_many(call, "QUERY")
    if complaint is not None:
        return {"bulkOperation": None, "userErrors": [complaint]}
    return {"bulkOperation": _begin(call, "QUERY", query, b""), "userErrors": []}


def run_mutation(
    _root: Any,
    info: Info,
    mutation: str,
    stagedUploadPath: str,  # noqa: N803 - the schema's own name
    **_args: Any,
) -> Payload:
    """Run one mutation for every line of an uploaded file."""
    call = call_of(info)
    complaint = _wrong(mutation, OperationType.MUTATION) or _too_many(call, "MUTATION")
    if complaint is not None:
        wrong = complaint | {
            "code": "INVALID_MUTATION" if complaint["code"] == "INVALID" else complaint["code"]
        }
        return {"bulkOperation": None, "userErrors": [wrong]}
    uploaded = call.shop.files.staged.get(stagedUploadPath)
    if uploaded is None:
        message = "The JSONL file could not be found. Try uploading the file again."
        return {"bulkOperation": None, "userErrors": [user_error(message, code="NO_SUCH_FILE")]}
    if len(uploaded) > UPLOAD_BYTES_MAX:
        message = "The input file exceeds 100 MB."
        error = user_error(message, code="INVALID_STAGED_UPLOAD_FILE")
        return {"bulkOperation": None, "userErrors": [error]}
    return {"bulkOperation": _begin(call, "MUTATION", mutation, uploaded), "userErrors": []}


def cancel(_root: Any, info: Info, id: str) -> Payload:  # noqa: A002 - the schema's own name
    """Stop a running operation: CANCELING first."""
    found = call_of(info).find(id, BulkOperation, "bulk operation")
    if found is None:
        error = user_error("Bulk operation does not exist", "id")
        return {"bulkOperation": None, "userErrors": [error]}
    if not found.running:
        message = f"A bulk operation cannot be canceled when it is {found.status.lower()}"
        return {"bulkOperation": found, "userErrors": [user_error(message)]}
    found.status = "CANCELING"
    return {"bulkOperation": found, "userErrors": []}


def _wrong(text: str, kind: OperationType) -> dict[str, Any] | None:
    try:
        operations = [
            it for it in parse(text).definitions if isinstance(it, OperationDefinitionNode)
        ]
    except GraphQLError as mistake:
        return user_error(f"Failed to parse the document: {mistake.message}", code="INVALID")
    if len(operations) != 1 or operations[0].operation is not kind:
        return user_error(f"Exactly one {kind.value} must be given.", code="INVALID")
    return None


def _too_many(call: Call, kind: str) -> dict[str, Any] | None:
    running = sum(it.running and it.type == kind for it in call.shop.bulk.values())
    if running < AT_ONCE_MAX:
        return None
    message = f"At most {AT_ONCE_MAX} bulk {kind.lower()} operations run at once."
    return user_error(message, code="LIMIT_REACHED")


def _begin(call: Call, kind: str, query: str, uploaded: bytes) -> BulkOperation:
    made = BulkOperation(
        number=call.shop.store.next_number(),
        type=kind,
        query=query,
        created_at=call.shop.store.now(),
    )
    call.shop.bulk[made.number] = made
    call.shop.start_bulk(made, uploaded, call.scopes)
    return made


RESOLVERS: Resolvers = {
    ("QueryRoot", "bulkOperation"): one,
    ("QueryRoot", "bulkOperations"): many,
    ("Mutation", "bulkOperationRunQuery"): run_query,
    ("Mutation", "bulkOperationRunMutation"): run_mutation,
    ("Mutation", "bulkOperationCancel"): cancel,
}
