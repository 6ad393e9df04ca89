"""Everything the stages need, loaded once: configuration, model, composer, knowledge bases, parser."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field

from pipeline.config import Config, FirmConfig, MailboxConfig, ModelConfig
from pipeline.drafting.compose import Composer
from pipeline.drafting.knowledge import KnowledgeBase, Search
from pipeline.drafting.propose import find_sources_many
from pipeline.drafting.writer import load_writer
from pipeline.errors import ConfigError
from pipeline.intake.isolate import ParserPool
from pipeline.records import Case, Service, Source
from pipeline.resources import default_folder
from pipeline.triage.signal_rules import load_rules
from pipeline.triage.triager import Triager

Note = Callable[[Service], AbstractContextManager[None]]


def _unnoted(_: Service) -> AbstractContextManager[None]:
    return nullcontext()


@dataclass
class Desk:
    """The loaded parts of one installation; safe to share between the threads of a process."""

    config: Config
    triager: Triager
    composer: Composer
    parser: ParserPool
    search: Search | None = None
    _knowledge: dict[str | None, KnowledgeBase] = field(default_factory=dict)

    @classmethod
    def load(cls, config: Config, note: Note = _unnoted) -> Desk:
        """Load model, templates, writer and parser; ModelError or ConfigError says what is wrong.

        Each model is loaded inside ``note`` (`services.noted` where there is a database), which sees whether it did.
        """
        model = config.calmdesk.model
        with note(Service.TRIAGE):
            triager = Triager.load(model, load_rules(config.folder))
        with note(Service.REPLIES):
            judge = triager.reply_reader(model)
        with note(Service.WRITER):
            writer = load_writer(config.calmdesk.writer, config.folder)
        return cls(
            config=config,
            triager=triager,
            composer=Composer(default_folder("templates"), judge, writer),
            parser=ParserPool(),
            search=_search(triager, model),
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
            self._knowledge[mailbox] = KnowledgeBase.load(folder, self.search)
        return self._knowledge[mailbox]

    def sources(self, cases: Sequence[Case]) -> list[tuple[Source, ...]]:
        """What each case's own knowledge base has for it, with one pass of the encoder a mailbox."""
        found: list[tuple[Source, ...]] = [()] * len(cases)
        for mailbox in dict.fromkeys(case.message.mailbox for case in cases):
            places = [place for place, case in enumerate(cases) if case.message.mailbox == mailbox]
            floor = self.config.thresholds.of(mailbox).propose.solution_from_score
            here = find_sources_many([cases[place] for place in places], self.knowledge(mailbox), floor)
            for place, sources in zip(places, here, strict=True):
                found[place] = sources
        return found

    def close(self) -> None:
        self.parser.close()


def _search(triager: Triager, model: ModelConfig) -> Search:
    """The trained search where there is one for the encoder, else the encoder as it was published."""
    tuned = triager.search_encoder(model)
    return Search.tuned(tuned.embed, tuned.weights, tuned.middle) if tuned else Search(triager.embed)
