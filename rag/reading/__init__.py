"""Passages become sentences that answer, with a probability."""
