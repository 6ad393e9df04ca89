"""Where the weights lie."""

from __future__ import annotations

from pathlib import Path

SHIPPED = Path(__file__).resolve().parent / "weights"


def weights_folder(name: str) -> Path:
    """The folder of the weights that ship with the package (empty name) or ``name``."""
    return Path(name).expanduser() if name else SHIPPED
