"""Runs a write once per `@idempotent` key, and says of a repeated key what Shopify says."""

from collections.abc import Callable
from typing import Any

from marketsim.shopify.call import call_of
from marketsim.shopify.gates import key_of
from marketsim.shopify.idempotency import Seen
from marketsim.shopify.resolvers.base import Info

Payload = dict[str, Any]
Refuse = Callable[[str, str], Payload]
"""A payload with one user error, from its message and its code."""


def run_once(
    info: Info,
    parameters: Any,
    write: Callable[[], Payload],
    refuse: Refuse,
    *,
    again: Callable[[], Payload | None] = lambda: None,
) -> Payload:
    """Write, unless the key says otherwise.

    Args:
        info: where the field and its key stand.
        parameters: the whole input; another one under the same key is refused.
        write: does it; its payload has `userErrors`.
        refuse: makes the refusing payload.
        again: for a same-key retry after success, what the comparison says now, if it is asked.
    """
    call = call_of(info)
    mutation, strikes = info.field_name, call.shop.strikes
    key = key_of(info.schema, info.field_nodes[0], info.variable_values)
    if key is None:
        return write()
    keys = call.shop.keys
    seen, answer = keys.look(mutation, key, parameters)
    if seen is Seen.OTHER_PARAMETERS and strikes("key_mismatch_refused"):
        return refuse(
            "The idempotency key was used before with other parameters.",
            "IDEMPOTENCY_KEY_PARAMETER_MISMATCH",
        )
    if seen is Seen.RUNNING and strikes("key_running_refused"):
        return refuse(
            "A request with the same idempotency key is being worked on.",
            "IDEMPOTENCY_CONCURRENT_REQUEST",
        )
    if seen is Seen.FAILED and strikes("previous_attempt_failed"):
        return refuse(
            "The first attempt with this idempotency key failed.",
            "IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED",
        )
    if seen in {Seen.SUCCEEDED, Seen.RUNNING}:
        stale = seen is Seen.SUCCEEDED and strikes("same_key_stale")
        return (again() if stale else None) or answer
    keys.begin(mutation, key, parameters)
    payload = write()
    keys.answered(mutation, key, payload)
    succeeded = not payload["userErrors"]
    call.settle.append(lambda: keys.settle(mutation, key, succeeded=succeeded))
    return payload
