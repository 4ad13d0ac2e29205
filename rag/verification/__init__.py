"""Quotes against the stored text, claims against quotes."""
