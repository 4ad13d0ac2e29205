"""What is said to those who ask nothing of the texts: a greeting, help, what the library holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from rag.asking.intents import QUESTION
from rag.asking.understanding import UNCLEAR, Understood
from rag.records import UNKNOWN, Answer, Notice, Source
from rag.sources.corpus import Corpus
from rag.text.dates import readable

SUGGESTIONS = 3
"""Questions that are offered."""

LISTED = 12
"""Sources that a reply names at most."""

EMERGENCY = (
    "If you or someone near you is in danger, please get help now: call your local emergency number, "
    "112 in Europe or 911 in the United States."
)
"""Said in an emergency where the library declares no text of its own."""

TEXTS: Mapping[str, str] = {
    "greeting": "Hello. Ask me anything about {title}: I answer from {count}, each sentence with its place.",
    "thanks": "You are welcome. Ask on whenever you like.",
    "help": (
        "Ask a question about {title} in your own words, one or several things at a time. I look it up in {count}, "
        "give the sentences that answer, say who says so and when, and tell you where the sources do not say. "
        "You can ask for one source (“what does the article say about …”), a summary, a comparison, a list of years, "
        "or go on from the last answer."
    ),
    "identity": (
        "I am a question-answering assistant for this library, a program and no person: I search {count} on {title} "
        "and give what they say, with its place. I know nothing else."
    ),
    UNCLEAR: "It is not clear what the question points to. Please name it, for example as in the questions below.",
}


def reply(asked: Understood, corpus: Corpus, sources: Mapping[str, Source]) -> Answer | None:
    """Answer what is no question to the texts; None where it is one.

    Args:
        sources: those that the index holds, by their ids.
    """
    if asked.intent in (QUESTION, "caution"):
        return None
    answer = Answer(asked.typed, asked.typed, "answer", 1.0, (), (), shape="reply")
    notice = next((rule for rule in corpus.notices if rule.kind == asked.intent), None)
    if asked.intent == "emergency":
        text = " ".join((notice.text if notice else EMERGENCY).split())
        return replace(answer, notices=(Notice("emergency", text),))
    if asked.intent == "decline":
        return replace(answer, outcome="abstain", confidence=0.0, lead=" ".join(notice.text.split()) if notice else "")
    said = _said(asked.intent, corpus, list(sources.values()))
    unclear = asked.intent == UNCLEAR
    return replace(
        answer,
        outcome="abstain" if unclear else "answer",
        confidence=0.0 if unclear else 1.0,
        lead=said,
        suggestions=() if asked.intent == "thanks" else tuple(corpus.examples[:SUGGESTIONS]),
    )


def _said(intent: str, corpus: Corpus, sources: Sequence[Source]) -> str:
    count = f"{len(sources)} sources" if len(sources) != 1 else "one source"
    if intent == "sources_newest":
        return _newest(sources)
    if intent == "sources_count":
        return f"The library holds {count}. {_newest(sources)}"
    if intent == "sources_list":
        named = [f"“{s.title}” ({s.publisher}, {readable(s.date)})" for s in sources[:LISTED]]
        more = [f"and {len(sources) - LISTED} more, all in the list of sources"] if len(sources) > LISTED else []
        return f"The library holds {count}:\n" + ";\n".join(named + more) + "."
    return TEXTS[intent].format(title=corpus.title, count=count)


def _newest(sources: Sequence[Source]) -> str:
    """Name the newest source, by the dates of the sources."""
    dated = [s for s in sources if s.date != UNKNOWN]
    if not dated:
        return "None of the sources says when it is from."
    newest = max(dated, key=lambda s: s.date)
    undated = len(sources) - len(dated)
    beside = f" {undated} of the {len(sources)} sources give no date." if undated else ""
    return f"The newest source is “{newest.title}” ({newest.publisher}), of {readable(newest.date)}.{beside}"
