"""Triage: what a message says, how soon somebody must act on it, and how its writer feels."""
