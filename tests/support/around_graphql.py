"""What stands around the data of a GraphQL answer, as recorded from a real store."""

from collections.abc import Mapping
from typing import Any

from jsonschema import Draft202012Validator

POINTS = {"type": "integer", "minimum": 0}


def _whole(required: Mapping[str, Any], **optional: Any) -> dict[str, Any]:
    """An object with these fields and no others."""
    fields = {**required, **optional}
    return {
        "type": "object",
        "properties": fields,
        "required": list(required),
        "additionalProperties": False,
    }


_AROUND = Draft202012Validator(
    _whole(
        {},
        data={"type": ["object", "null"]},
        errors={
            "type": "array",
            "minItems": 1,
            "items": _whole(
                {
                    "message": {"type": "string", "minLength": 1},
                    "extensions": {
                        "type": "object",
                        "properties": {"code": {"type": "string"}},
                        "required": ["code"],
                    },
                },
                path={"type": "array"},
                locations={"type": "array"},
            ),
        },
        extensions=_whole(
            {
                "cost": _whole(
                    {
                        "requestedQueryCost": POINTS,
                        "actualQueryCost": {**POINTS, "type": ["integer", "null"]},
                        "throttleStatus": _whole(
                            {
                                "maximumAvailable": {"type": "number"},
                                "currentlyAvailable": POINTS,
                                "restoreRate": {"type": "number"},
                            }
                        ),
                    }
                )
            },
            search={
                "type": "array",
                "items": _whole(
                    {
                        "path": {"type": "array"},
                        "query": {"type": "string"},
                        "parsed": {"type": "object"},
                        "warnings": {"type": "array", "minItems": 1},
                    }
                ),
            },
        ),
    )
)


def around_faults(answer: Mapping[str, Any]) -> list[str]:
    """What is wrong around the data, or with its absence."""
    faults = [f"{it.json_path}: {it.message[:200]}" for it in _AROUND.iter_errors(answer)]
    if answer.get("data") is None and not answer.get("errors"):
        faults.append("no data, and no error says why")
    if answer.get("data") is not None and "extensions" not in answer:
        faults.append("data without its cost")
    return faults
