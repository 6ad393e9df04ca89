"""Typed view of a configuration folder: default < file < environment; an unknown key is an error that names it.

    calmdesk.yaml     the installation: database, page, worker, model, writer, logging
    mailboxes.yaml    one entry a mailbox: addresses, IMAP, SMTP, the firm that speaks from it
    thresholds.yaml   what decides urgency, tone, abstention and the proposed kind of draft
    policy.yaml       business hours and reply times
    signals.yaml      the words and phrases that triage reads by rule (`pipeline.triage.signal_rules` reads it)
    knowledge/*.md    the firm's knowledge base

A module for each of the first four, and `folder` for the whole. Passwords stand in the environment or in files, never
in the YAML.
"""

from pipeline.config.calmdesk import PACKAGED_ENCODER, CalmdeskConfig, DatabaseConfig, LoggingConfig, ModelConfig
from pipeline.config.folder import Config, load_config
from pipeline.config.mailboxes import FirmConfig, MailboxConfig
from pipeline.config.policy import DAYS, CalendarConfig, LimitsConfig, PolicyConfig
from pipeline.config.servers import ImapConfig, OAuthConfig, ServerConfig, SmtpConfig, read_password, read_secret
from pipeline.config.thresholds import AbstainConfig, ProposeConfig, Thresholds, ThresholdsConfig
from pipeline.config.writer import WriterConfig

__all__ = [
    "DAYS",
    "PACKAGED_ENCODER",
    "AbstainConfig",
    "CalendarConfig",
    "CalmdeskConfig",
    "Config",
    "DatabaseConfig",
    "FirmConfig",
    "ImapConfig",
    "LimitsConfig",
    "LoggingConfig",
    "MailboxConfig",
    "ModelConfig",
    "OAuthConfig",
    "PolicyConfig",
    "ProposeConfig",
    "ServerConfig",
    "SmtpConfig",
    "Thresholds",
    "ThresholdsConfig",
    "WriterConfig",
    "load_config",
    "read_password",
    "read_secret",
]
