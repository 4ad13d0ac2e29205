"""Words, sentences, numbers, dates, names and languages: one place for each."""
