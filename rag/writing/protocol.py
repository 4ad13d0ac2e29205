"""Read a language model's answer as it streams in.

The model is asked for ``A sentence. [id: "exact words"]``; what arrives may be
cut anywhere, cite nothing, echo the prompt, open code blocks or be JSON. The
parser reads one character at a time, so where a stream is cut changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from rag.text.folding import fold
from rag.writing.marks import BRACKETS, MARKER, Claim, Mark, read_claim, read_json

__all__ = ["MAX_ANSWER", "MAX_LINE", "Claim", "Mark", "StreamParser", "read_claim"]

MAX_ANSWER = 40_000
"""Characters of an answer that are read; what follows is left."""
MAX_LINE = 8_000
"""Characters of a line that are read; a longer one is dropped."""

_HIDDEN = (("<passage-", "</passage-"), ("<question-", "</question-"))
_JSON_LINE = re.compile(r"\s*(?:[{}\]]|\[\s*[{\"]|\"\w+\"\s*:)")


class StreamParser:
    """Turns the pieces of a stream into claims; feed, then close once."""

    def __init__(self, ids: Collection[str], echoes: str = "") -> None:
        """Start a parser.

        Args:
            ids: of the passages shown; every other id is dropped.
            echoes: the rules that the model was given; lines of it are no claims.
        """
        self._ids = frozenset(ids)
        self._echoes = frozenset(fold(line).text for line in echoes.splitlines() if len(line) > 12)
        self._line: list[str] = []
        self._read = 0
        self._close_tag = ""
        self._fenced = False
        self._code: list[str] = []
        self._any = False

    @property
    def full(self) -> bool:
        """Whether :data:`MAX_ANSWER` has been read and nothing more will be."""
        return self._read >= MAX_ANSWER

    def feed(self, piece: str) -> list[Claim]:
        """Read a piece and return the claims that it completes."""
        claims: list[Claim] = []
        for char in piece.translate(BRACKETS):
            if self.full:
                break
            self._read += 1
            claims += self._take(char)
        return claims

    def close(self, *, cut: bool = False) -> list[Claim]:
        """Read the end and return the claims that were still open.

        Args:
            cut: the stream broke off; a last sentence without its end is dropped.
        """
        claims: list[Claim] = []
        if not self._close_tag:
            if self._fenced:
                self._line.clear()
            rest = "".join(self._line).rstrip()
            if not cut or _JSON_LINE.match(rest) or rest.endswith((".", "!", "?", "]", '"', "\u201d")):
                claims = self._end_line()
        if self._code and not self._any and not any(claim.marks for claim in claims):
            claims += read_json("".join(self._code), self._ids)
        return claims

    def _take(self, char: str) -> list[Claim]:
        if char == "\n":
            return [] if self._close_tag and self._hide() else self._end_line()
        claims = self._early(char)
        if len(self._line) <= MAX_LINE:
            self._line.append(char)
        if self._close_tag or char == "-":
            self._hide()
        return claims

    def _hide(self) -> bool:
        """Leave out what stands between a tag of the prompt and its end."""
        line = "".join(self._line[-4000:])
        if self._close_tag:
            at = line.find(self._close_tag)
            shut = at >= 0 and ">" in line[at + 1 :]
            if shut:
                self._close_tag = ""
                self._line.clear()
            elif len(self._line) > 200:
                self._line = self._line[-100:]
            return not shut
        for opening, closing in _HIDDEN:
            if line.lower().endswith(opening):
                self._line = self._line[: -len(opening)]
                self._close_tag = closing
                return True
        return False

    def _early(self, char: str) -> list[Claim]:
        """End a claim inside a line: after a marker and white space new words begin."""
        if self._close_tag or self._fenced or not self._line or not self._line[-1].isspace():
            return []
        if char.isspace() or char in "[(.,;:!?)":
            return []
        line = "".join(self._line).rstrip()
        if not line.rstrip(".!?,;\"'\u201d ").endswith("]") or not self._complete(line) or _JSON_LINE.match(line):
            return []
        return self._end_line()

    def _complete(self, line: str) -> bool:
        """Return whether the last bracket of *line* is a whole marker, its quote closed."""
        last = None
        for match in MARKER.finditer(line):
            last = match
        if last is None or line[last.end() :].strip(".!?,;\"'\u201d "):
            return False
        quote = last["quote"] or ""
        straight = quote.count('"') % 2 == 0
        return straight and quote.count("\u201c") == quote.count("\u201d")

    def _end_line(self) -> list[Claim]:
        """Turn the current line into a claim, or drop it."""
        line = "".join(self._line)
        self._line.clear()
        stripped = line.strip()
        if stripped.startswith(("```", "~~~")):
            self._fenced = not self._fenced
            return []
        if self._fenced:
            self._code += [line, "\n"]
            return []
        if _JSON_LINE.match(line):
            self._code.append(line)
            return []
        if len(line) > MAX_LINE or stripped.startswith("#") or fold(stripped).text in self._echoes:
            return []
        claims = [claim for claim in [read_claim(stripped, self._ids)] if claim]
        self._any = self._any or any(claim.marks for claim in claims)
        return claims
