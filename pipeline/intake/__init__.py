"""Intake: mail from a source to a `ParsedMail`."""
