"""What only the HTTP side refuses, each with its own status."""

from collections.abc import Mapping
from typing import ClassVar

from peg.domain.errors import ErrorKind, PegError


class Refusal(PegError):
    """Base of refusals whose status does not follow from their kind."""

    kind: ClassVar[ErrorKind] = "refused"
    status: ClassVar[int] = 422
    headers: ClassVar[Mapping[str, str]] = {}


class NotSigned(Refusal):
    """A webhook that nobody known has signed."""

    status: ClassVar[int] = 401


class NotAllowed(Refusal):
    """The caller may not read this."""

    status: ClassVar[int] = 401
    headers: ClassVar[Mapping[str, str]] = {
        "WWW-Authenticate": 'Basic realm="peg", charset="UTF-8"'  # what a browser asks by
    }


class BodyTooLarge(Refusal):
    """More bytes than any real webhook has."""

    status: ClassVar[int] = 413


class BodyCutOff(Refusal):
    """The sender hung up before all had come."""

    status: ClassVar[int] = 400


class BadRequest(Refusal):
    """A value that the route cannot take."""


class UnknownParameter(Refusal):
    """A parameter that the route does not have."""


class RepeatedParameter(Refusal):
    """A parameter that is given more than once."""


class NoTimezone(Refusal):
    """A moment without a timezone: nobody knows when that was."""


class CrossSite(Refusal):
    """A form that another site's page has sent."""

    status: ClassVar[int] = 403
