"""Everything the stages need, loaded once: configuration, model, composer, knowledge bases, parser."""

from __future__ import annotations

from dataclasses import dataclass, field

from pipeline.config import Config, FirmConfig, MailboxConfig
from pipeline.drafting.compose import Composer
from pipeline.drafting.knowledge import KnowledgeBase
from pipeline.drafting.writer import load_writer
from pipeline.errors import ConfigError
from pipeline.intake.isolate import ParserPool
from pipeline.resources import default_folder
from pipeline.triage.signal_rules import load_rules
from pipeline.triage.triager import Triager


@dataclass
class Desk:
    """The loaded parts of one installation; safe to share between the threads of a process."""

    config: Config
    triager: Triager
    composer: Composer
    parser: ParserPool
    _knowledge: dict[str | None, KnowledgeBase] = field(default_factory=dict)

    @classmethod
    def load(cls, config: Config) -> Desk:
        """Load model, templates, writer and parser; ModelError or ConfigError says what is wrong."""
        return cls(
            config=config,
            triager=Triager.load(config.calmdesk.model, load_rules(config.folder)),
            composer=Composer(default_folder("templates"), load_writer(config.calmdesk.writer, config.folder)),
            parser=ParserPool(),
        )

    def mailbox(self, name: str) -> MailboxConfig:
        try:
            return self.config.mailboxes[name]
        except KeyError:
            raise ConfigError(
                f"{self.config.folder / 'mailboxes.yaml'}: no mailbox {name!r}, but mail of it is stored",
                remedy="put the entry back; its folder is not polled while imap cannot be reached",
            ) from None

    def firm(self, mailbox: str) -> FirmConfig:
        return self.mailbox(mailbox).firm

    def knowledge(self, mailbox: str | None) -> KnowledgeBase:
        """The knowledge base of a mailbox; two firms never share one object."""
        if mailbox not in self._knowledge:
            folder = self.config.knowledge_folder(mailbox)
            self._knowledge[mailbox] = KnowledgeBase.load(folder, self.triager.embed)
        return self._knowledge[mailbox]

    def close(self) -> None:
        self.parser.close()
