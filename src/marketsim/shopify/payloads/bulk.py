"""The body of bulk_operations/finish."""

from typing import Any

from marketsim.shopify.bulk_records import BulkOperation
from marketsim.shopify.wording import local


def finish_body(operation: BulkOperation) -> dict[str, Any]:
    """How it ended; the result's address has to be asked for."""
    ended_at, error = operation.completed_at, operation.error_code
    return {
        "admin_graphql_api_id": operation.gid,
        "completed_at": local(ended_at) if ended_at else None,
        "created_at": local(operation.created_at),
        "error_code": error.lower() if error else None,
        "status": operation.status.lower(),
        "type": operation.type.lower(),
    }
