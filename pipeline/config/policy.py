"""``policy.yaml``: business hours, reply times, what may be granted and by whom, the level of each check, and the
limits that stop loops between robots."""

from __future__ import annotations

from datetime import date, time
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, field_validator, model_validator

from pipeline.config.check_levels import CHECK_LEVELS, CheckLevels
from pipeline.config.concessions import ConcessionsConfig, LiabilityConfig, SecondApproverConfig
from pipeline.config.strict import Strict, exactly
from pipeline.records import URGENCY_LABELS
from pipeline.yaml_file import read_yaml, validate

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class HoursConfig(Strict):
    opens: time
    closes: time

    @field_validator("opens", "closes", mode="before")
    @classmethod
    def _quoted(cls, value: object) -> object:
        if isinstance(value, int | float):  # YAML 1.1 reads 17:30 as the number 1050
            raise ValueError('put the time in quotes, like "17:30"')
        return value

    @model_validator(mode="after")
    def _in_order(self) -> HoursConfig:
        if self.opens >= self.closes:
            raise ValueError(f"opens {self.opens:%H:%M} must be before closes {self.closes:%H:%M}")
        return self


_OFFICE = HoursConfig(opens=time(9), closes=time(17, 30))


class CalendarConfig(Strict):
    timezone: str = "UTC"
    hours: dict[str, HoursConfig] = {day: _OFFICE for day in DAYS[:5]}
    holidays: tuple[date, ...] = ()

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(f"unknown time zone {value!r}; use a name like Europe/Dublin") from error
        return value

    @field_validator("hours")
    @classmethod
    def _known_days(cls, value: dict[str, HoursConfig]) -> dict[str, HoursConfig]:
        exactly(DAYS, value)
        if not value:
            raise ValueError("at least one day must have hours")
        return value


class LimitsConfig(Strict):
    """More customer mails than these in one window look like a loop between robots: they are kept, not answered."""

    window_minutes: Annotated[float, Field(gt=0)] = 60.0
    per_sender: Annotated[int, Field(ge=1)] = 20
    per_domain: Annotated[int, Field(ge=1)] = 500
    per_thread: Annotated[int, Field(ge=1)] = 20
    total: Annotated[int, Field(ge=1)] = 5000


class PolicyConfig(Strict):
    calendar: CalendarConfig = CalendarConfig()
    limits: LimitsConfig = LimitsConfig()
    reply_within_hours: dict[str, Annotated[float, Field(gt=0)]] = {"critical": 1, "high": 4, "normal": 8, "low": 24}
    """Business hours, except for critical, which is counted on the clock."""
    concessions: ConcessionsConfig = ConcessionsConfig()
    second_approver: SecondApproverConfig = SecondApproverConfig()
    liability: LiabilityConfig = LiabilityConfig()
    checks: CheckLevels = dict(CHECK_LEVELS)
    """Rule -> level; always complete, whatever the file leaves out."""

    @field_validator("reply_within_hours")
    @classmethod
    def _every_urgency(cls, value: dict[str, float]) -> dict[str, float]:
        exactly(URGENCY_LABELS, value)
        missing = [label for label in URGENCY_LABELS if label not in value]
        if missing:
            raise ValueError(f"no reply time for {missing[0]!r}")
        return value


def read_policy(file: Path) -> PolicyConfig:
    """``policy.yaml``."""
    return validate(PolicyConfig, read_yaml(file), file)
