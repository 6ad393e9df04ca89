"""Typed view of ``config/*.yaml``: default < file < environment; an unknown key is an error that names it.

A configuration folder holds

    calmdesk.yaml     the installation: database, page, worker, model, logging
    mailboxes.yaml    one entry a mailbox: addresses, IMAP, SMTP, the firm that speaks from it
    signals.yaml      the words that count beside the model (read by `pipeline.triage.signal_rules`)
    thresholds.yaml   what decides urgency, tone, abstention and the proposed kind of draft
    policy.yaml       business hours and reply times
    signals.yaml      the words and phrases that triage reads by rule (`pipeline.triage.signal_rules` reads it)
    knowledge/*.md    the firm's knowledge base

Every key of ``calmdesk.yaml`` can be set by an environment variable, ``CALMDESK_<SECTION>__<KEY>``, for example
``CALMDESK_DATABASE__URL``. Passwords stand in the environment or in files, never in the YAML.
"""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from pipeline.errors import ConfigError
from pipeline.records import BOUNDARY_LABELS, FLAG_LABELS, TONE_LABELS, URGENCY_LABELS
from pipeline.yaml_file import read_yaml, validate

Probability = Annotated[float, Field(ge=0.0, le=1.0)]
Threshold = Annotated[float, Field(gt=0.0, le=1.0)]
Port = Annotated[int, Field(ge=0, le=65535)]
Intensity = Annotated[int, Field(ge=0, le=4)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


# --- calmdesk.yaml --------------------------------------------------------------------------------------------------


class DatabaseConfig(_Strict):
    url: str = "sqlite:///calmdesk.sqlite3"
    """A relative SQLite path is taken from the configuration folder."""


class PageConfig(_Strict):
    host: str = "127.0.0.1"
    port: Port = 8000
    hostnames: tuple[str, ...] = ("127.0.0.1", "localhost")
    https: bool = False
    secret_key_file: str = "secret.key"


class WorkerConfig(_Strict):
    poll_seconds: Annotated[float, Field(gt=0)] = 30.0
    batch: Annotated[int, Field(ge=1, le=1000)] = 32
    lease_seconds: Annotated[float, Field(gt=0)] = 300.0
    tries: Annotated[int, Field(ge=1, le=20)] = 3


PACKAGED_ENCODER = "all-minilm-l6-v2"


class ModelConfig(_Strict):
    encoder: str = PACKAGED_ENCODER
    weights: str = ""
    threads: Annotated[int, Field(ge=0)] = 0
    languages: tuple[Annotated[str, Field(pattern=r"^[a-z]{2,3}$")], ...] = ("en",)

    @model_validator(mode="after")
    def _read_by_the_encoder(self) -> ModelConfig:
        if not self.languages:
            raise ValueError("languages: name at least one, by default en")
        others = [language for language in self.languages if language != "en"]
        if others and self.encoder == PACKAGED_ENCODER:
            raise ValueError(
                f"languages: {', '.join(others)}: the encoder {PACKAGED_ENCODER} reads English only; name a "
                "multilingual encoder and weights trained on it"
            )
        return self


class LoggingConfig(_Strict):
    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["json", "text"] = "text"


class CalmdeskConfig(_Strict):
    database: DatabaseConfig = DatabaseConfig()
    page: PageConfig = PageConfig()
    worker: WorkerConfig = WorkerConfig()
    model: ModelConfig = ModelConfig()
    logging: LoggingConfig = LoggingConfig()


# --- mailboxes.yaml -------------------------------------------------------------------------------------------------


def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class ServerConfig(_Strict):
    """One mail server and the account on it. Without a password the mailbox's ``oauth`` logs in."""

    host: str
    port: Port
    tls: Literal["implicit", "starttls", "none"] = "implicit"
    ca_file: str = ""
    user: str
    password_env: str = ""
    password_file: str = ""
    timeout_seconds: Annotated[float, Field(gt=0, le=600)] = 30.0

    @property
    def has_password(self) -> bool:
        return bool(self.password_env or self.password_file)

    @model_validator(mode="after")
    def _tls_and_password(self) -> ServerConfig:
        if self.tls == "none" and not is_loopback(self.host):
            raise ValueError(f"tls: none is allowed on loopback only, not for {self.host}; use implicit or starttls")
        if self.password_env and self.password_file:
            raise ValueError("name exactly one of password_env and password_file")
        return self


_KEYWORD = re.compile(r"\$?[A-Za-z0-9_.-]{1,60}")
"""Keywords are atoms; \\Seen and the like belong to people's mail clients (RFC 3501, 2.3.2)."""


class ImapConfig(ServerConfig):
    port: Port = 993
    folder: tuple[str, ...] = ("INBOX",)
    """One name, or a list of them."""
    max_megabytes: Annotated[float, Field(gt=0)] = 25.0
    keyword: str = ""
    move_to: str = ""

    @field_validator("folder", mode="before")
    @classmethod
    def _one_or_more(cls, value: object) -> object:
        return (value,) if isinstance(value, str) else value

    @field_validator("folder")
    @classmethod
    def _each_once(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not value or not all(value) or len(set(value)) < len(value):
            raise ValueError("name at least one folder, each once")
        return value

    @field_validator("keyword")
    @classmethod
    def _an_atom(cls, value: str) -> str:
        if value and not _KEYWORD.fullmatch(value):
            raise ValueError(f"{value!r} is no keyword; letters, digits and a leading $ make one, like $Triaged")
        return value

    @model_validator(mode="after")
    def _moved_elsewhere(self) -> ImapConfig:
        if self.move_to in self.folder:
            raise ValueError(f"move_to {self.move_to!r} is a folder that is read")
        return self


class SmtpConfig(ServerConfig):
    port: Port = 465


class OAuthConfig(_Strict):
    """How access tokens are had for a mailbox (OAuth 2.0, RFC 6749). `calmdesk login` fills ``token_file``."""

    provider: Literal["microsoft", "google", "other"]
    client_id: str = ""
    client_secret_env: str = ""
    client_secret_file: str = ""
    token_file: str = ""
    service_account_file: str = ""
    tenant: str = "organizations"
    device_url: str = ""
    token_url: str = ""
    scopes: tuple[str, ...] = ()
    mechanism: Literal["xoauth2", "oauthbearer"] = "xoauth2"

    @model_validator(mode="after")
    def _complete(self) -> OAuthConfig:
        if self.client_secret_env and self.client_secret_file:
            raise ValueError("name one of client_secret_env and client_secret_file")
        if self.service_account_file:
            if self.provider != "google" or self.client_id or self.token_file:
                raise ValueError("service_account_file is for provider google, without client_id and token_file")
            return self
        if not self.client_id or not self.token_file:
            raise ValueError("client_id and token_file are required")
        if self.provider == "google" and not (self.client_secret_env or self.client_secret_file):
            raise ValueError("google wants the client secret: name client_secret_env or client_secret_file")
        if self.provider == "other":
            self._own_endpoints()
        elif self.token_url or self.device_url:
            raise ValueError(f"token_url and device_url are known for {self.provider}; leave them out")
        return self

    def _own_endpoints(self) -> None:
        if not self.token_url:
            raise ValueError("token_url is required for provider other")
        for url in filter(None, (self.token_url, self.device_url)):
            parts = urlsplit(url)
            if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname or "")):
                raise ValueError(f"{url} must be https: secrets go there")


S = TypeVar("S", bound=ServerConfig)


class FirmConfig(_Strict):
    """The voice that speaks from a mailbox. Two firms on one installation share nothing of it."""

    name: str
    signature: str
    team: str = "the support team"
    contact: str
    escalation_contact: str
    knowledge: str = "knowledge"
    languages: tuple[str, ...] = ("en",)


_ADDRESS = re.compile(r"[^@\s<>,;:\"\\]+@[^@\s<>,;:\"\\]+")


class MailboxConfig(_Strict):
    address: str
    display_name: str = ""
    aliases: tuple[str, ...] = ()
    answer_newer_than_days: Annotated[float, Field(ge=0)] = 3.0
    authserv_id: str = ""
    plus_addressing: bool = False
    imap: ImapConfig | None = None
    maildir: str = ""
    eml_folder: str = ""
    smtp: SmtpConfig
    oauth: OAuthConfig | None = None
    firm: FirmConfig

    @field_validator("address")
    @classmethod
    def _one_address(cls, value: str) -> str:
        if not _ADDRESS.fullmatch(value):
            raise ValueError(f"{value!r} is not one mail address like support@example.com")
        return value

    @model_validator(mode="after")
    def _one_source_and_logins(self) -> MailboxConfig:
        if sum(map(bool, (self.imap, self.maildir, self.eml_folder))) != 1:
            raise ValueError("name exactly one of imap, maildir and eml_folder")
        servers = {"imap": self.imap, "smtp": self.smtp}
        for name, server in servers.items():
            if server and not server.has_password and not self.oauth:
                raise ValueError(f"{name}: name exactly one of password_env and password_file, or give oauth")
        if self.oauth and all(server is None or server.has_password for server in servers.values()):
            raise ValueError("oauth is given, but every server has a password: leave one of them out")
        return self

    @property
    def own_addresses(self) -> frozenset[str]:
        return frozenset(address.lower() for address in (self.address, *self.aliases))


class MailboxesConfig(_Strict):
    mailboxes: dict[str, MailboxConfig] = {}


# --- thresholds.yaml ------------------------------------------------------------------------------------------------


def _exactly(labels: tuple[str, ...], given: Mapping[str, object]) -> None:
    unknown = sorted(set(given) - set(labels))
    if unknown:
        raise ValueError(f"unknown label {unknown[0]!r}; the labels are {', '.join(labels)}")


class AbstainConfig(_Strict):
    urgency: Probability = 0.4
    tone: Probability = 0.35


class ProposeConfig(_Strict):
    """Which draft kind goes first; read top to bottom, the first that fits wins."""

    acknowledgment_from_intensity: Intensity = 3
    apology_tones: tuple[str, ...] = ("abusive", "angry", "frustrated", "disappointed")
    apology_from_intensity: Intensity = 2
    solution_from_score: Probability = 0.5

    @field_validator("apology_tones")
    @classmethod
    def _known_tones(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        _exactly(TONE_LABELS, dict.fromkeys(value))
        return value


_LABELS = {"urgency": URGENCY_LABELS, "tone": TONE_LABELS, "flags": FLAG_LABELS, "boundary": BOUNDARY_LABELS}
_OWN_THRESHOLDS = {
    "critical": 0.3, "high": 0.45,
    "security": 0.35, "safety": 0.4, "outage": 0.35, "deadline": 0.35, "repeat_contact": 0.3, "legal_threat": 0.25,
    "churn_risk": 0.2, "public_threat": 0.4, "asks_for_manager": 0.2, "vulnerable": 0.25, "sarcasm": 0.35,
    "personal_loss": 0.35, "data_loss": 0.25, "physical_harm": 0.35, "no_ask": 0.4,
    "self_harm": 0.15, "danger": 0.25, "threat": 0.25, "abuse": 0.35,
}  # fmt: skip
"""Where the shipped weights do best on messages that no training saw; 0.5 for the labels that are not named."""


def _thresholds(kind: str, given: Mapping[str, float] | None = None) -> dict[str, float]:
    return {label: (given or {}).get(label, _OWN_THRESHOLDS.get(label, 0.5)) for label in _LABELS[kind]}


class Thresholds(_Strict):
    """A label is chosen by the largest score divided by its threshold, so equal thresholds mean the likeliest label
    and a lower threshold makes a label easier to reach. A flag is raised when its score reaches its threshold."""

    urgency: dict[str, Threshold] = _thresholds("urgency")
    tone: dict[str, Threshold] = _thresholds("tone")
    flags: dict[str, Threshold] = _thresholds("flags")
    boundary: dict[str, Threshold] = _thresholds("boundary")
    abstain: AbstainConfig = AbstainConfig()
    propose: ProposeConfig = ProposeConfig()

    @field_validator("urgency", "tone", "flags", "boundary", mode="after")
    @classmethod
    def _complete(cls, value: dict[str, float], info: Any) -> dict[str, float]:
        _exactly(_LABELS[info.field_name], value)
        return _thresholds(info.field_name, value)


class ThresholdsConfig(_Strict):
    default: Thresholds = Thresholds()
    mailboxes: dict[str, Thresholds] = {}

    def of(self, mailbox: str | None) -> Thresholds:
        return self.mailboxes.get(mailbox or "", self.default)


# --- policy.yaml ----------------------------------------------------------------------------------------------------

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class HoursConfig(_Strict):
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


class CalendarConfig(_Strict):
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
        _exactly(DAYS, value)
        if not value:
            raise ValueError("at least one day must have hours")
        return value


class LimitsConfig(_Strict):
    """More customer mails than these in one window look like a loop between robots: they are kept, not answered."""

    window_minutes: Annotated[float, Field(gt=0)] = 60.0
    per_sender: Annotated[int, Field(ge=1)] = 20
    per_domain: Annotated[int, Field(ge=1)] = 500
    per_thread: Annotated[int, Field(ge=1)] = 20
    total: Annotated[int, Field(ge=1)] = 5000


class PolicyConfig(_Strict):
    calendar: CalendarConfig = CalendarConfig()
    limits: LimitsConfig = LimitsConfig()
    reply_within_hours: dict[str, Annotated[float, Field(gt=0)]] = {"critical": 1, "high": 4, "normal": 8, "low": 24}
    """Business hours, except for critical, which is counted on the clock."""

    @field_validator("reply_within_hours")
    @classmethod
    def _every_urgency(cls, value: dict[str, float]) -> dict[str, float]:
        _exactly(URGENCY_LABELS, value)
        missing = [label for label in URGENCY_LABELS if label not in value]
        if missing:
            raise ValueError(f"no reply time for {missing[0]!r}")
        return value


# --- the whole ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Config:
    """The whole configuration of an installation and the folder it came from."""

    folder: Path
    calmdesk: CalmdeskConfig
    mailboxes: Mapping[str, MailboxConfig]
    thresholds: ThresholdsConfig
    policy: PolicyConfig

    @property
    def home(self) -> Path:
        """Where relative paths for data (database, secret key) start."""
        return self.folder

    def server(self, server: S) -> S:
        """``server`` with its ``ca_file`` found from the configuration folder."""
        return server.model_copy(update={"ca_file": str(self.folder / server.ca_file)}) if server.ca_file else server

    @property
    def own_addresses(self) -> frozenset[str]:
        """The addresses of every mailbox, lower case: mail from any of them is never answered."""
        return frozenset(address for mailbox in self.mailboxes.values() for address in mailbox.own_addresses)

    def knowledge_folder(self, mailbox: str | None) -> Path:
        """The knowledge base of a mailbox; the only or shipped one where no mailbox is named."""
        known = self.mailboxes.get(mailbox or "")
        return self.folder / (known.firm.knowledge if known else "knowledge")


ENVIRONMENT_PREFIX = "CALMDESK_"


def _with_environment(data: object, environ: Mapping[str, str], file: Path) -> object:
    """Lay ``CALMDESK_SECTION__KEY`` variables over the parsed calmdesk.yaml."""
    if data is not None and not isinstance(data, dict):
        return data  # validation names the fault
    merged: dict[str, Any] = dict(data or {})
    for name, value in sorted(environ.items()):
        section, separator, key = name.removeprefix(ENVIRONMENT_PREFIX).lower().partition("__")
        if not name.startswith(ENVIRONMENT_PREFIX) or not separator:
            continue
        if section not in CalmdeskConfig.model_fields:
            raise ConfigError(f"environment variable {name}: unknown section {section!r}")
        try:
            parsed = yaml.safe_load(value)
        except yaml.YAMLError:
            raise ConfigError(f"environment variable {name}: not a YAML value", remedy="put it in quotes") from None
        before = merged.get(section) or {}
        if not isinstance(before, dict):
            return data  # validation names the fault
        merged[section] = {**before, key: parsed}
    return merged


def _override(base: dict[str, Any], over: object) -> Any:
    """``over`` laid on ``base``, mapping by mapping, so that a mailbox names only what differs."""
    if not isinstance(over, dict):
        return over
    merged = dict(base)
    for key, value in over.items():
        merged[key] = _override(merged[key], value) if isinstance(merged.get(key), dict) else value
    return merged


def read_thresholds(file: Path) -> ThresholdsConfig:
    """``thresholds.yaml``; a mailbox's entry is laid over ``default``."""
    data = read_yaml(file)
    default = validate(ThresholdsConfig, data if not isinstance(data, dict) else {**data, "mailboxes": {}}, file)
    if not isinstance(data, dict) or not data.get("mailboxes"):
        return default
    if not isinstance(data["mailboxes"], dict):
        raise ConfigError(f"{file}: mailboxes: must map mailbox names to thresholds")
    base = default.default.model_dump()
    laid = {name: _override(base, entry) for name, entry in data["mailboxes"].items()}
    return validate(ThresholdsConfig, {"default": base, "mailboxes": laid}, file)


def load_config(folder: Path, environ: Mapping[str, str] | None = None) -> Config:
    """Read and check a configuration folder; every fault is a ConfigError that names file and key."""
    environ = os.environ if environ is None else environ
    folder = folder.resolve()
    if not folder.is_dir():
        raise ConfigError(f"{folder}: no such configuration folder", remedy="run `calmdesk init DIR` to make one")
    file = folder / "calmdesk.yaml"
    calmdesk = validate(CalmdeskConfig, _with_environment(read_yaml(file), environ, file), file)
    file = folder / "mailboxes.yaml"
    mailboxes = validate(MailboxesConfig, read_yaml(file), file).mailboxes
    file = folder / "thresholds.yaml"
    thresholds = read_thresholds(file)
    unknown = sorted(set(thresholds.mailboxes) - set(mailboxes))
    if unknown:
        raise ConfigError(f"{file}: mailboxes.{unknown[0]}: no such mailbox in mailboxes.yaml")
    policy_file = folder / "policy.yaml"
    policy = validate(PolicyConfig, read_yaml(policy_file), policy_file)
    for name, mailbox in mailboxes.items():
        if not (folder / mailbox.firm.knowledge).is_dir():
            raise ConfigError(
                f"{folder / 'mailboxes.yaml'}: mailboxes.{name}.firm.knowledge: no such folder "
                f"{folder / mailbox.firm.knowledge}"
            )
    return Config(folder, calmdesk, mailboxes, thresholds, policy)


def read_password(server: ServerConfig, key: str, folder: Path, environ: Mapping[str, str] | None = None) -> str:
    """The password of ``server`` from the environment or a file; ConfigError names ``key`` where it is missing."""
    environ = os.environ if environ is None else environ
    if server.password_env:
        if not environ.get(server.password_env):
            raise ConfigError(f"{key}.password_env: environment variable {server.password_env} is not set")
        return environ[server.password_env]
    file = folder / server.password_file
    try:
        return file.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not UTF-8"
        raise ConfigError(f"{key}.password_file: {file}: {reason}") from None
