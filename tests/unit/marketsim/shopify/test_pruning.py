import pytest
from graphql import build_schema, parse, print_schema
from tools.prune_shopify_schema import prune

FULL = """
directive @idempotent(key: String!) on FIELD
directive @other on FIELD

type Query {
  ring(id: ID!, filter: Filter): Ring
  chain: Chain
}

interface Node { id: ID! }

type Ring implements Node { id: ID! size: Int stone(cut: Cut): Stone chain: Chain }

type Stone { name: String weight: Float }

type Chain { id: ID! }

input Filter { size: Int deep: Deeper }

input Deeper { cut: Cut }

enum Cut { ROUND OVAL }
"""


def test_only_what_is_reached_remains_with_its_arguments_in_whole() -> None:
    pruned = prune(build_schema(FULL), [parse("{ ring(id: 1) { stone { name } } }")])

    text = print_schema(pruned)
    assert "ring(id: ID!, filter: Filter): Ring" in text
    assert "stone(cut: Cut): Stone" in text
    assert "input Deeper" in text
    assert "enum Cut" in text
    assert "@idempotent" in text
    for gone in ("Chain", "weight", "size: Int stone", "@other", "interface"):
        assert gone not in text


def test_an_operation_that_is_wrong_in_reality_is_refused() -> None:
    with pytest.raises(ValueError, match="Cannot query field 'colour'"):
        prune(build_schema(FULL), [parse("{ ring(id: 1) { colour } }")])
