"""From passages to an answer: choose, check, cite."""
