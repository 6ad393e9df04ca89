"""Where the folders that users edit (config, templates, prompts) are found when none is named."""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


def default_folder(name: str) -> Path:
    """The shipped folder ``name``: beside the package in a checkout, inside it in an installed wheel."""
    installed = PACKAGE / "defaults" / name
    return installed if installed.is_dir() else PACKAGE.parent / name
