"""Notices of the library that a question calls up: help in an emergency, or a polite refusal."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.records import Notice
from rag.sources.declarations import NoticeRule

DECLINE = "decline"
"""Kind of the rules whose text stands in for an answer."""


def match_notices(question: str, rules: Sequence[NoticeRule]) -> tuple[tuple[Notice, ...], str]:
    """Give the notices to show above the answer, and the text that declines, empty where none does."""
    matched = [rule for rule in rules if any(re.search(p, question, re.IGNORECASE) for p in rule.patterns)]
    shown = tuple(Notice(rule.kind, _line(rule.text)) for rule in matched if rule.kind != DECLINE)
    return shown, next((_line(rule.text) for rule in matched if rule.kind == DECLINE), "")


def _line(text: str) -> str:
    return " ".join(text.split())
