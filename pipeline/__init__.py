"""Calmdesk: reads customer mail, drafts the reply, and sends it only after a person's yes."""

__version__ = "0.1.0"
