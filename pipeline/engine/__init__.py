"""Drivers that join the stages to the database: `local` runs them in one process."""
