"""Words that stand beside what is shown, on every face the same."""

from __future__ import annotations

TEXT_KINDS = {"notes": "our notes", "full text": "full text"}
"""What a reader is told of a text's kind."""

BADGES = {"notes": "Our note", "full text": "Source's words"}
"""What stands beside every sentence that is cited, so that the one is never taken for the other."""

PLACES = {"press": "press report", "copy": "from a copy", "aggregator": "aggregator only"}
"""What a reader is told of a place of reading that is not the origin's own; the best one counts."""
