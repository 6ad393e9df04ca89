"""Which models cannot be used now: noted by whoever needs one, shown to the people at the desk until it works again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from pipeline.errors import CalmdeskError
from pipeline.records import Service
from pipeline.store.models import ServiceState

_WHAT: Mapping[Service, str] = {
    Service.TRIAGE: "Mail is stored but not read: the model of the triage cannot be used",
    Service.REPLIES: "Drafts cannot be checked or approved: the model beside the rules cannot be used",
    Service.WRITER: "Drafts are made from templates alone",
}


@dataclass(frozen=True, slots=True)
class Trouble:
    """``what`` it means for the people at the desk, ``error`` what whoever runs the machine needs."""

    what: str
    since: datetime
    error: str


def note_trouble(service: Service, error: str) -> None:
    """It cannot be used; ``since`` stays that of the first time in a row."""
    ServiceState.objects.update_or_create(name=service, defaults={"error": error})


def note_working(service: Service) -> None:
    """It can be used (again). Mostly there is nothing to delete, so no lock is taken for it."""
    found = ServiceState.objects.filter(name=service)
    if found.exists():
        found.delete()


@contextmanager
def noted(service: Service) -> Iterator[None]:
    """Note whether the block worked. A CalmdeskError or OSError is noted and passes on; a bug is no missing model."""
    try:
        yield
    except (CalmdeskError, OSError) as error:
        note_trouble(service, next(iter(str(error).splitlines()), type(error).__name__))
        raise
    note_working(service)


def troubles() -> list[Trouble]:
    """What cannot be used now, the longest first."""
    rows = ServiceState.objects.filter(name__in=list(Service)).order_by("since", "id")
    return [Trouble(_WHAT[Service(row.name)], row.since, row.error) for row in rows]
