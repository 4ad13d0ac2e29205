"""What a library declares: its sources, notes and settings, and fetching their texts."""
