"""Measure speed and size beside the raw limits and other libraries, in one command: ``python -m benchmarks``."""
