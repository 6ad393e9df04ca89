"""Drafting: from a triaged message to three checked drafts (acknowledgment, apology, solution)."""
