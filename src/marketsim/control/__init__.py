"""The control API: how tests and people move the practice marketplaces about.

It stands beside the marketplaces' own API under `/_control`, needs no credentials, and is
documented by its own index and in `docs/marketsim.md`.
"""

from marketsim.control.app import control_app

__all__ = ["control_app"]
