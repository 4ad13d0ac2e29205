"""A language model words the answer, where one is set."""
