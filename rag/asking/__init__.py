"""From what a person typed to what is searched: language, typing errors, follow-ups, notices, scope."""
