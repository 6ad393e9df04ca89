"""Logging in: passwords and OAuth 2.0 tokens of the mailboxes, for reading and for sending."""
