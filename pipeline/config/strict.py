"""What the models of every file share: an unknown key or label is a fault that is named."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Port = Annotated[int, Field(ge=0, le=65535)]


class Strict(BaseModel):
    """Frozen; a key that it does not know is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


def exactly(labels: tuple[str, ...], given: Mapping[str, object]) -> None:
    """ValueError where ``given`` has a key that is none of ``labels``; it may have fewer."""
    unknown = sorted(set(given) - set(labels))
    if unknown:
        raise ValueError(f"unknown label {unknown[0]!r}; the labels are {', '.join(labels)}")
