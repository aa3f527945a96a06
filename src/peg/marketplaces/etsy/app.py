"""The app that PEG is to Etsy."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """The keystring and the shared secret of Etsy's developer page."""

    keystring: str
    shared_secret: str = field(repr=False)

    def headers(self) -> dict[str, str]:
        """The app's identification, wanted on every call."""
        return {"x-api-key": f"{self.keystring}:{self.shared_secret}"}
