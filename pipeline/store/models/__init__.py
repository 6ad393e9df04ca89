"""The rows. States and their legal changes stand in `pipeline.flow`; what a worker claims is `Claimable`."""

from __future__ import annotations

from pipeline.store.models.answers import KeptAnswer
from pipeline.store.models.audit import AuditEvent, AuditTail
from pipeline.store.models.common import Claimable
from pipeline.store.models.corrections import LabelCorrection
from pipeline.store.models.customers import CustomerNote
from pipeline.store.models.drafts import Action, Approval, Draft, DraftRevision, FirstApproval
from pipeline.store.models.logins import LoginSession, SignOnIdentity
from pipeline.store.models.mail import Folder, Message, RawMessage, Ticket, TicketTag
from pipeline.store.models.mailbox_drafts import CopyState, MailboxDraft
from pipeline.store.models.outgoing import Outgoing
from pipeline.store.models.search import SavedView, SearchDocument
from pipeline.store.models.services import ServiceState
from pipeline.store.models.tokens import ApiToken

__all__ = [
    "Action",
    "ApiToken",
    "Approval",
    "AuditEvent",
    "AuditTail",
    "Claimable",
    "CopyState",
    "CustomerNote",
    "Draft",
    "DraftRevision",
    "FirstApproval",
    "Folder",
    "KeptAnswer",
    "LabelCorrection",
    "LoginSession",
    "MailboxDraft",
    "Message",
    "Outgoing",
    "RawMessage",
    "SavedView",
    "SearchDocument",
    "ServiceState",
    "SignOnIdentity",
    "Ticket",
    "TicketTag",
]
