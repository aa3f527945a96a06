"""The seller taxonomy and the properties of its nodes."""

from typing import Any

from marketsim.etsy.asked import Answer, Asked
from marketsim.etsy.operation import Operation
from marketsim.etsy.refusals import not_found
from marketsim.etsy.shop import Shop
from marketsim.etsy.taxonomy import (
    RING_SCALES,
    Choice,
    Node,
    Property,
    nodes,
    properties_of,
    roots,
)


def get_nodes(_: Shop, __: Asked) -> Answer:
    """The whole tree."""
    results = [_node(node) for node in roots()]
    return Answer({"count": len(results), "results": results})


def get_properties(_: Shop, asked: Asked) -> Answer:
    """The properties of one node."""
    number = asked.path["taxonomy_id"]
    if number not in nodes():
        raise not_found(f"a taxonomy node with taxonomy_id = {number}")
    results = [_property(each) for each in properties_of(number)]
    return Answer({"count": len(results), "results": results})


def _node(node: Node) -> dict[str, Any]:
    return {
        "id": node.id,
        "level": len(node.path) - 1,
        "name": node.name,
        "parent_id": node.path[-2] if len(node.path) > 1 else None,
        "children": [_node(child) for child in node.children],
        "full_path_taxonomy_ids": list(node.path),
    }


def _property(each: Property) -> dict[str, Any]:
    return {
        "property_id": each.id,
        "name": each.name,
        "display_name": each.name,
        "scales": [
            {"scale_id": scale, "display_name": RING_SCALES[scale], "description": ""}
            for scale in each.scales
        ],
        "is_required": False,
        "supports_attributes": each.for_attributes,
        "supports_variations": each.for_variations,
        "is_multivalued": each.values_max is not None,
        "max_values_allowed": each.values_max,
        "possible_values": [_choice(choice) for choice in each.choices],
        "selected_values": [],
    }


def _choice(choice: Choice) -> dict[str, Any]:
    return {
        "value_id": choice.id,
        "name": choice.name,
        "scale_id": choice.scale_id,
        "equal_to": [],
    }


OPERATIONS = (
    Operation(
        name="getSellerTaxonomyNodes",
        method="GET",
        path="/seller-taxonomy/nodes",
        scope=None,
        act=get_nodes,
    ),
    Operation(
        name="getPropertiesByTaxonomyId",
        method="GET",
        path="/seller-taxonomy/nodes/{taxonomy_id}/properties",
        scope=None,
        act=get_properties,
    ),
)
