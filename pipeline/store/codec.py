"""Records to JSON columns and back, by their own type annotations."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter

from pipeline.records import CheckResult, Draft, EscalationSummary, ParsedMail, Promise, Triage

_PARSED = TypeAdapter(ParsedMail)
_TRIAGE = TypeAdapter(Triage)
_DRAFT = TypeAdapter(Draft)
_CHECKS = TypeAdapter(tuple[CheckResult, ...])
_PROMISES = TypeAdapter(tuple[Promise, ...])
_SUMMARY = TypeAdapter(EscalationSummary | None)


def parsed_to_json(parsed: ParsedMail) -> Any:
    return _PARSED.dump_python(parsed, mode="json")


def parsed_from_json(data: object) -> ParsedMail:
    return _PARSED.validate_python(data)


def triage_to_json(triage: Triage) -> Any:
    return _TRIAGE.dump_python(triage, mode="json")


def triage_from_json(data: object) -> Triage:
    return _TRIAGE.validate_python(data)


def draft_to_json(draft: Draft) -> dict[str, Any]:
    """The columns of a draft row that come from the record."""
    data: dict[str, Any] = _DRAFT.dump_python(draft, mode="json")
    return data


def checks_to_json(checks: tuple[CheckResult, ...]) -> Any:
    return _CHECKS.dump_python(checks, mode="json")


def checks_from_json(data: object) -> tuple[CheckResult, ...]:
    return _CHECKS.validate_python(data)


def promises_to_json(promises: tuple[Promise, ...]) -> Any:
    return _PROMISES.dump_python(promises, mode="json")


def promises_from_json(data: object) -> tuple[Promise, ...]:
    return _PROMISES.validate_python(data)


def summary_to_json(summary: EscalationSummary | None) -> Any:
    return _SUMMARY.dump_python(summary, mode="json")


def summary_from_json(data: object) -> EscalationSummary | None:
    return _SUMMARY.validate_python(data)
