"""Which mailboxes speak for one firm, and so share its customers."""

from __future__ import annotations

from pipeline.config import Config


def mailboxes_of_firm(config: Config, mailbox: str) -> tuple[str, ...]:
    """The mailboxes of the firm that ``mailbox`` belongs to; one that is not configured any more stands alone."""
    known = config.mailboxes.get(mailbox)
    if known is None:
        return (mailbox,)
    return tuple(name for name, other in config.mailboxes.items() if other.firm.name == known.firm.name)
