"""PEG's GraphQL documents, one text per operation with the fragments it needs."""

from collections.abc import Mapping
from functools import cache
from importlib import resources

from graphql import parse, print_ast
from graphql.utilities import separate_operations


@cache
def documents() -> Mapping[str, str]:
    """The text of each operation, by its name."""
    text = resources.files(__package__).joinpath("operations.graphql").read_text("utf-8")
    separated = separate_operations(parse(text, no_location=True))
    return {name: print_ast(document) for name, document in separated.items()}
