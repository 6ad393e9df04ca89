"""Learning: train the heads of triage on labelled messages and measure them."""
