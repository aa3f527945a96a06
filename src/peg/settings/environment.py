"""Read the settings from the environment, and say in plain words what cannot be."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from pydantic import ValidationError

from peg.domain.errors import ErrorKind, PegError
from peg.domain.near import did_you_mean, quoted
from peg.settings.fields import Settings

PREFIX = "PEG_"


class BadSettings(PegError):
    """The environment holds something that cannot be."""

    kind: ClassVar[ErrorKind] = "refused"


def load_settings(environment: Mapping[str, str]) -> Settings:
    """Read the environment; an empty variable counts as unset.

    Raises:
        BadSettings: a variable holds what cannot be; names all that are wrong.
    """
    given = {name: environment.get(_variable(name), "") for name in Settings.model_fields}
    try:
        settings = Settings.model_validate({name: text for name, text in given.items() if text})
    except ValidationError as error:
        raise BadSettings(_sentences(error)) from None  # the cause would repeat secrets
    if settings.clock_speed != 1.0 and not settings.rehearses:
        raise BadSettings(
            "PEG_CLOCK_SPEED is for rehearsals: set PEG_SHOPIFY_URL and PEG_ETSY_URL to practice"
            " marketplaces on this machine, or unset it"
        )
    return settings


def unknown_variables(environment: Mapping[str, str]) -> Sequence[str]:
    """A sentence for each variable that looks like PEG's and that PEG does not read.

    It is probably misspelled; it may be another program's, and so is no reason to refuse.
    """
    known = {_variable(name) for name in Settings.model_fields}
    odd = sorted(name for name in environment if name.startswith(PREFIX) and name not in known)
    return [
        f"{quoted(name)} is no setting of PEG and changes nothing{did_you_mean(name, known)}:"
        " docs/settings.md lists them"
        for name in odd
    ]


def setting_like(option: str) -> str:
    """The variable that sets what somebody took for an option; empty where none is called so.

    >>> setting_like("--port"), setting_like("--moon")
    ('PEG_PORT', '')
    """
    field = option.lstrip("-").replace("-", "_").lower()
    return _variable(field) if field in Settings.model_fields else ""


def _variable(field: str) -> str:
    return PREFIX + field.upper()


_WORDS = {
    "int_parsing": "write a whole number",
    "float_parsing": "write a number",
    "decimal_parsing": "write a number",
    "less_than": "write less than {lt:g}",
    "greater_than": "write more than {gt:g}",
    "greater_than_equal": "write {ge:g} or more",
    "less_than_equal": "write {le:g} or less",
    "literal_error": "write {expected}",
}
"""What the library's own sentences say to those who program, for those who do not."""


def _sentences(error: ValidationError) -> str:
    """The text that was given is never repeated: it may be a secret."""
    found = []
    for one in error.errors(include_input=False):
        field, words = str(one["loc"][0]), _WORDS.get(one["type"])
        default = Settings.model_fields[field].default
        example = f", such as {default:g}" if isinstance(default, int | float) else ""
        said = words and words.format(**one.get("ctx", {})) + example
        found.append(f"{_variable(field)}: {said or one['msg'].removeprefix('Value error, ')}")
    return "; ".join(found)
