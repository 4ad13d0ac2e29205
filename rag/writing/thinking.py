"""Tell a model's answer from its thinking, where a server sends both as one text."""

from __future__ import annotations

import re

_NAMES = r"(?:\w+:)?(?:think(?:ing)?|thoughts?|reason(?:ing)?|analysis|reflection|scratchpad)"
_CHANNEL = r"<\|channel\|>\s*{}[^<]*<\|message\|>"
_MARK = re.compile(
    rf"(?P<opens><{_NAMES}>|\[think\]|◁think▷|<\|(?:begin_of_thought|start_thinking)\|>"
    rf"|{_CHANNEL.format('(?!final)[a-z]+')})"
    rf"|</{_NAMES}>|\[/think\]|◁/think▷|<\|end_(?:of_thought|thinking)\|>|{_CHANNEL.format('final')}"
    r"|\A\s*analysis(?=[A-Z])(?P<bare>)|assistantfinal",
    re.I,
)
_ENDS = re.compile(r"[>\]▷]|final", re.I)
MOST = 400_000
"""Characters of thinking and answer together that are read."""


def answer_of(text: str) -> tuple[str, bool]:
    """Return the answer in *text* without the thinking before it, and whether thinking is still open.

    ``<think>`` and its kin, ``[THINK]``, and the channels of Harmony are known. An end
    without a beginning ends thinking that began with the text, since some servers put
    the opening tag into the prompt.
    """
    shown, start, hidden = "", 0, False
    for mark in _MARK.finditer(text):
        opens = mark["opens"] is not None or mark["bare"] is not None
        if opens:
            shown += "" if hidden else text[start : mark.start()]
        elif not hidden:
            shown = ""
        hidden, start = opens, mark.end()
    return (shown if hidden else shown + text[start:]), hidden


class Listener:
    """Reads a stream piece by piece and keeps what of it is answer so far."""

    def __init__(self) -> None:
        self._text = ""
        self._hidden = False
        self.answer = ""
        """May become another text, not only a longer one, once thinking turns out to be such."""

    @property
    def full(self) -> bool:
        """Whether :data:`MOST` characters have been read."""
        return len(self._text) >= MOST

    def hear(self, piece: str) -> str:
        """Read a piece and return the answer so far."""
        before = max(0, len(self._text) - len("assistantfinal"))
        begins = len(self._text.lstrip()) <= len("analysis")
        self._text += piece
        if begins or _ENDS.search(self._text, before):
            self.answer, self._hidden = answer_of(self._text)
        elif not self._hidden:
            self.answer += piece
        return self.answer
