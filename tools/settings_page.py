"""Write docs/settings.md from the settings themselves: `python -m tools.settings_page`."""

from pathlib import Path
from typing import Any

from pydantic import SecretStr

from peg.settings.fields import Settings

PAGE = Path(__file__).parents[1] / "docs" / "settings.md"
HEAD = """# Settings

PEG reads these environment variables, and nothing else. All have defaults.
This page is written by `python -m tools.settings_page`; a test compares the two.

| variable | default | meaning |
|---|---|---|
"""


def page() -> str:
    """The whole page."""
    rows = []
    for name, field in Settings.model_fields.items():
        default = "PEG's data folder of this user" if name == "home" else _shown(field.default)
        rows.append(f"| `PEG_{name.upper()}` | {default} | {field.description} |\n")
    return HEAD + "".join(rows)


def _shown(default: Any) -> str:
    if default is None or isinstance(default, SecretStr):
        return "unset"
    return f"`{default:g}`" if isinstance(default, float) else f"`{default}`"


if __name__ == "__main__":
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page())
