"""Typed view of a configuration folder: default < file < environment; an unknown key is an error that names it.

    calmdesk.yaml     the installation: database, page, sign-on, worker, model, writer, logging
    mailboxes.yaml    one entry a mailbox: addresses, IMAP, SMTP, the firm that speaks from it
    thresholds.yaml   what decides urgency, tone, abstention and the proposed kind of draft
    policy.yaml       business hours, reply times, what may be granted by whom, the level of each check
    signals.yaml      the words and phrases that triage reads by rule (`pipeline.triage.signal_rules` reads it)
    knowledge/*.md    the firm's knowledge base

A module for each of the first four, and `folder` for the whole. Passwords stand in the environment or in files, never
in the YAML.
"""

from pipeline.config.calmdesk import (
    PACKAGED_ENCODER,
    CalmdeskConfig,
    DatabaseConfig,
    LoggingConfig,
    ModelConfig,
    PageConfig,
)
from pipeline.config.check_levels import CHECK_LEVELS
from pipeline.config.concessions import (
    APPROVER_ROLES,
    CONCESSION_KINDS,
    MONEY_KINDS,
    NO_RESPONSIBILITY,
    ConcessionsConfig,
    LiabilityConfig,
    RoleLimits,
)
from pipeline.config.folder import Config, load_config
from pipeline.config.mailboxes import FirmConfig, MailboxConfig
from pipeline.config.policy import DAYS, CalendarConfig, LimitsConfig, PolicyConfig
from pipeline.config.servers import ImapConfig, OAuthConfig, ServerConfig, SmtpConfig, read_password, read_secret
from pipeline.config.sign_on import SignOnConfig
from pipeline.config.thresholds import (
    AbstainConfig,
    ComposureConfig,
    CostsConfig,
    ProposeConfig,
    Thresholds,
    ThresholdsConfig,
)
from pipeline.config.writer import WriterConfig

__all__ = [
    "APPROVER_ROLES",
    "CHECK_LEVELS",
    "CONCESSION_KINDS",
    "DAYS",
    "MONEY_KINDS",
    "NO_RESPONSIBILITY",
    "PACKAGED_ENCODER",
    "AbstainConfig",
    "CalendarConfig",
    "CalmdeskConfig",
    "ComposureConfig",
    "ConcessionsConfig",
    "Config",
    "CostsConfig",
    "DatabaseConfig",
    "FirmConfig",
    "ImapConfig",
    "LiabilityConfig",
    "LimitsConfig",
    "LoggingConfig",
    "MailboxConfig",
    "ModelConfig",
    "OAuthConfig",
    "PageConfig",
    "PolicyConfig",
    "ProposeConfig",
    "RoleLimits",
    "ServerConfig",
    "SignOnConfig",
    "SmtpConfig",
    "Thresholds",
    "ThresholdsConfig",
    "WriterConfig",
    "load_config",
    "read_password",
    "read_secret",
]
