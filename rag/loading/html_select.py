"""Choose the blocks of a page that are its text, and drop its furniture.

Trafilatura votes first; what it chose is then corrected by how the page is built:
blocks outside the article's part of the page are dropped, and paragraphs that stand
in it exactly as chosen ones do, the lead under the title, and lists, tables and captions
between chosen blocks are taken in.
The numbers were chosen on half 0 of the measuring pages.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from rag.loading.html_blocks import LINES, Block, is_hidden
from rag.loading.html_furniture import invites_elsewhere, is_furniture
from rag.loading.raised import FLAT

if TYPE_CHECKING:
    from lxml.etree import _Element

VOTE = 0.5
"""Share of a block's 4-word shingles that must stand in the voter's text."""
REGION = 0.8
"""Share of the chosen prose that the article's part of the page must hold."""
SHORT = 200
"""Characters below which a block outside that part, or one that leads elsewhere, is dropped."""
PROSE = 80
"""Characters from which a paragraph counts as prose."""
LEAD = 35
"""Characters from which a sentence under the title counts as its lead."""
LEAD_GAP = 6
"""Blocks between the title and the first paragraph among which a lead is looked for."""
CAPTION = 25
"""Characters below which a caption is a photographer's name."""
LINKED = 0.35
"""Link density from which a block is no prose."""
NAVIGATION = 0.9
"""Link density from which a short paragraph or a whole list is navigation."""
COMPLETE = 0.4
"""Share of a list or table that must be chosen for the rest to follow."""
REACH = 6
"""Blocks below a heading within which its text must begin."""
REPEATED = 40
"""Characters from which a repeated block is said once."""

_WITHIN = frozenset((
    "p", "li", "ul", "ol", "dl", "dt", "dd", "h1", "h2", "h3", "h4", "h5", "h6", "figure", "figcaption",
    "blockquote", "table", "pre",
))  # fmt: skip
_WORD = re.compile(r"\w+")
_MARK = re.compile(r"\[(\w+)\]")


@dataclass(slots=True)
class Selection:
    """The blocks of one page and which of them are chosen."""

    blocks: Sequence[Block]
    titles: set[str]
    """What the page calls itself, folded."""
    chosen: list[bool]

    @classmethod
    def from_votes(cls, blocks: Sequence[Block], titles: Iterable[str], votes: Iterable[str]) -> Selection:
        """Take the blocks that stand in a text which another extractor took for the article."""
        ballots = [_ballot(text) for text in votes]
        chosen = [any(_share(block, *ballot) >= VOTE for ballot in ballots) for block in blocks]
        return cls(blocks, set(map(folded, titles)), chosen)

    def corrected(self) -> list[Block]:
        """Return the blocks of the article in reading order."""
        if any(_weight(block) for block in self._picked()):
            self._drop_strays()
            self._add_peers()
            self._add_lead()
            self._fill_gaps()
            self._add_captions()
            self._add_questions()
            self._complete_lists()
            self._drop_title()
            self._drop_navigation()
            self._drop_duplicates()
            self._drop_bare_headings()
        return self._picked()

    def _picked(self) -> list[Block]:
        return [block for block, chosen in zip(self.blocks, self.chosen, strict=True) if chosen]

    def _region(self) -> _Element | None:
        """Return the innermost element that holds the bulk of the chosen text."""
        weights: defaultdict[_Element, float] = defaultdict(float)
        picked = self._picked()
        for block in picked:
            for element in (e for e in block.ancestors if e.tag not in _WITHIN):
                weights[element] += _weight(block)
        needed = REGION * sum(map(_weight, picked))
        holding = [element for element, weight in weights.items() if weight >= needed]
        return max(holding, key=lambda element: len(list(element.iterancestors())), default=None)

    def _drop_strays(self) -> None:
        """Drop headings, short blocks and links outside the article's part of the page."""
        region = self._region()
        for at, block in enumerate(self.blocks):
            if self.chosen[at] and region is not None and region not in block.ancestors:
                self.chosen[at] = block.kind != "heading" and len(block.text) >= SHORT and block.link_density < LINKED

    def _add_peers(self) -> None:
        """Add prose that stands in the page exactly as chosen prose does."""
        peers = {_position(block) for block in self._picked() if _is_prose(block)}
        for at, block in enumerate(self.blocks):
            if not self.chosen[at] and _is_prose(block) and not any(map(is_hidden, block.ancestors)):
                self.chosen[at] = _position(block) in peers

    def _add_lead(self) -> None:
        """Add the prose between the title and the first chosen paragraph."""
        first = next((at for at, b in enumerate(self.blocks) if self.chosen[at] and _is_prose(b)), 0)
        tops = [at for at, b in enumerate(self.blocks[:first]) if b.level == 1 or self._is_title(b)]
        if tops and first - tops[-1] <= LEAD_GAP:
            for at in range(tops[-1] + 1, first):
                block = self.blocks[at]
                least = LEAD if block.text.endswith((".", "!", "?")) else PROSE
                self.chosen[at] = self.chosen[at] or _is_prose(block, least)

    def _is_title(self, block: Block) -> bool:
        return block.kind == "heading" and len(block.text) > 8 and folded(block.text) in self.titles

    def _fill_gaps(self) -> None:
        """Add lists, tables, quotes, listings and captions between chosen blocks of one container."""
        for before, after in pairwise([at for at, chosen in enumerate(self.chosen) if chosen]):
            holder = _holder(self.blocks[before])
            if holder is _holder(self.blocks[after]):
                for at in range(before + 1, after):
                    block = self.blocks[at]
                    fits = block.kind in (*LINES, "quote", "pre") or (
                        block.kind == "caption" and len(block.text) >= CAPTION
                    )
                    own = holder in block.ancestors and not is_furniture(block.ancestors[-2:])
                    self.chosen[at] = fits and own and block.link_density < LINKED

    def _add_captions(self) -> None:
        """Add captions that hold a figure, which no photographer's name does, right below chosen text."""
        for at, (above, block) in enumerate(pairwise(self.blocks), start=1):
            if block.kind == "caption" and self.chosen[at - 1] and any(map(str.isdigit, block.text)):
                own = _holder(above) in block.ancestors and not is_furniture(block.ancestors[-2:])
                self.chosen[at] = self.chosen[at] or (own and block.link_density < LINKED)

    def _add_questions(self) -> None:
        """Add headings that stand in buttons above chosen text, as the questions of an accordion do."""
        for at, (block, _) in enumerate(pairwise(self.blocks)):
            if block.kind == "heading" and self.chosen[at + 1] and block.ancestors[-1].find(".//button") is not None:
                self.chosen[at] = True

    def _complete_lists(self) -> None:
        """Take in the rest of a list, table or listing of which a part was chosen."""
        for places in self._lists().values():
            chosen = sum(len(self.blocks[at].text) for at in places if self.chosen[at])
            if chosen >= COMPLETE * sum(len(self.blocks[at].text) for at in places):
                for at in places:
                    self.chosen[at] = True

    def _lists(self) -> dict[object, list[int]]:
        """Return the places of the lines of each list, table and listing."""
        lists: defaultdict[object, list[int]] = defaultdict(list)
        for at, block in enumerate(self.blocks):
            if block.kind in LINES and block.group is not None:
                lists[block.group].append(at)
        return lists

    def _drop_title(self) -> None:
        """Drop the page's own title, which is kept beside the text."""
        started = False
        for at, block in enumerate(self.blocks):
            if self.chosen[at]:
                own = block.level == 1 or (block.kind == "p" and not started)
                self.chosen[at] = not (own and folded(block.text) in self.titles)
                started = started or self.chosen[at]

    def _drop_navigation(self) -> None:
        """Drop links that lead elsewhere, and the usual lines that invite to them."""
        for at, block in enumerate(self.blocks):
            linked = block.kind in ("p", "quote") and block.link_density >= NAVIGATION
            if len(block.text) < SHORT and (linked or invites_elsewhere(block.text)):
                self.chosen[at] = False
        for places in self._lists().values():
            points = [self.blocks[at] for at in places if self.chosen[at] and self.blocks[at].kind == "li"]
            if points and sum(p.link_chars for p in points) >= NAVIGATION * sum(len(p.text) for p in points):
                for at in places:
                    self.chosen[at] = False

    def _drop_duplicates(self) -> None:
        seen: set[str] = set()
        for at, block in enumerate(self.blocks):
            if self.chosen[at] and len(block.text) >= REPEATED:
                words = folded(block.text)
                self.chosen[at] = words not in seen
                seen.add(words)

    def _drop_bare_headings(self) -> None:
        """Drop headings that no chosen text follows."""
        below: int | None = None
        for at in range(len(self.blocks) - 1, -1, -1):
            block = self.blocks[at]
            if self.chosen[at] and block.kind == "heading":
                under = self.blocks[below] if below is not None and below - at <= REACH else None
                self.chosen[at] = under is not None and (under.kind != "heading" or under.level >= block.level)
            below = at if self.chosen[at] else below


def _ballot(text: str) -> tuple[set[tuple[str, ...]], set[tuple[str, ...]]]:
    """Return the shingles of a text, and its lines as words."""
    return set(_shingles(_words(text))), {tuple(_words(line)) for line in text.splitlines()}


def _share(block: Block, shingles: set[tuple[str, ...]], lines: set[tuple[str, ...]]) -> float:
    """Return the share of a block that stands in a voter's text, 0 to 1."""
    words = _words(block.text)
    if len(words) < 4:
        return float(tuple(words) in lines)
    own = _shingles(words)
    return sum(shingle in shingles for shingle in own) / len(own)


def _words(text: str) -> list[str]:
    """Return the words of a text as extractors without powers and note marks write them: ``10⁶`` as ``106``."""
    return _WORD.findall(_MARK.sub(r"\1", text.translate(FLAT)))


def _shingles(words: Sequence[str]) -> list[tuple[str, ...]]:
    return [tuple(words[at : at + 4]) for at in range(len(words) - 3)]


def folded(text: str) -> str:
    """Return the words of a text in lower case, for comparing titles."""
    return " ".join(_WORD.findall(text.lower()))


def _is_prose(block: Block, least: int = PROSE) -> bool:
    plain = block.kind in ("p", "quote") and len(block.text) >= least and block.link_density < LINKED
    return plain and not is_furniture(block.ancestors[-2:])


def _weight(block: Block) -> float:
    return 0.0 if block.kind == "heading" else len(block.text) * (1 - block.link_density)


def _position(block: Block) -> tuple[tuple[str, str], ...]:
    """Return where a block stands, by the tags and classes above it."""
    return tuple((str(element.tag), element.get("class") or "") for element in block.ancestors)


def _holder(block: Block) -> _Element | None:
    """Return the container of a block above its own paragraph, list or table."""
    return next((element for element in reversed(block.ancestors) if element.tag not in _WITHIN), None)
