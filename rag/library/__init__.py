"""Changing a library: add, remove, sync, check."""
