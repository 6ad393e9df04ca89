"""The rows. States and their legal changes stand in `pipeline.flow`; what a worker claims is `Claimable`."""

from __future__ import annotations

from pipeline.store.models.audit import AuditEvent
from pipeline.store.models.common import Claimable
from pipeline.store.models.drafts import Action, Approval, Draft, FirstApproval
from pipeline.store.models.mail import Folder, Message, RawMessage, Ticket
from pipeline.store.models.outgoing import Outgoing
from pipeline.store.models.services import ServiceState
from pipeline.store.models.tokens import ApiToken

__all__ = [
    "Action",
    "ApiToken",
    "Approval",
    "AuditEvent",
    "Claimable",
    "Draft",
    "FirstApproval",
    "Folder",
    "Message",
    "Outgoing",
    "RawMessage",
    "ServiceState",
    "Ticket",
]
