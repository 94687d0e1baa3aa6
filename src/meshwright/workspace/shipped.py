"""Shipped: where are the folders that come with the package: examples, templates, the page of diagnostics?

In a wheel they lie in the package; in a checkout, at the top of the repository.
"""

from pathlib import Path

_PACKAGE = Path(__file__).parents[1]
_CHECKOUT = _PACKAGE.parents[1]


def shipped(name: str) -> Path:
    """Return the path of what is shipped as `name`: `examples`, `templates`, `docs`."""
    installed = _PACKAGE / name
    return installed if installed.exists() else _CHECKOUT / name
