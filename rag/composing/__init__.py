"""Sentences become an answer: quotes, sides, years, events, a source in short."""
