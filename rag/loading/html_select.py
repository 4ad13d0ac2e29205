"""Choose the blocks of a page that are its text, and drop its furniture.

Trafilatura votes first; what it chose is then corrected by how the page is built:
blocks outside the article's part of the page are dropped, and paragraphs that stand
in it exactly as chosen ones do, the lead under the title, and the rest of a list or
table of which a part was chosen are taken in.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

from rag.loading.html_blocks import Block, is_hidden
from rag.loading.html_furniture import invites_elsewhere, is_furniture
from rag.loading.html_votes import Ballot, folded

if TYPE_CHECKING:
    from lxml.etree import _Element

_WITHIN = frozenset((
    "p", "li", "ul", "ol", "dl", "dt", "dd", "h1", "h2", "h3", "h4", "h5", "h6", "figure", "figcaption",
    "blockquote", "table", "pre",
))  # fmt: skip
_LINES = ("li", "pre", "row")


@dataclass(frozen=True, slots=True)
class Rules:
    """The settings of the choice; their numbers were chosen on half 0 of the measuring pages."""

    vote: float = 0.5
    """Share of a block's 4-word shingles that must stand in the voter's text."""
    region: float = 0.8
    """Share of the chosen prose that the article's part of the page must hold."""
    stray: int = 200
    """Characters below which a block outside that part is dropped."""
    prose: int = 80
    """Characters from which a paragraph counts as prose."""
    peers: int = 2
    """Chosen paragraphs in the same position that let another one in."""
    lead: int = 35
    """Characters from which a sentence under the title counts as its lead."""
    lead_gap: int = 6
    """Blocks between the title and the first paragraph among which a lead is looked for."""
    complete: float = 0.4
    """Share of a list or table that must be chosen for the rest to follow."""
    gap: int = 12
    """Longest run of blocks between two chosen ones that may be filled."""
    caption: int = 25
    """Characters below which a caption is a photographer's name."""
    links: float = 0.9
    """Link density from which a short paragraph or a whole list is navigation."""
    heading_reach: int = 6
    """Blocks below a heading within which its text must begin."""
    duplicate: int = 40
    """Characters from which a repeated block is said once."""


@dataclass(slots=True)
class Selection:
    """The blocks of one page and which of them are chosen."""

    blocks: Sequence[Block]
    titles: Collection[str]
    """What the page calls itself."""
    rules: Rules = field(default_factory=Rules)
    chosen: list[bool] = field(default_factory=list)

    def run(self, voters: Iterable[str]) -> list[Block]:
        """Return the chosen blocks in reading order."""
        self.titles = set(map(folded, self.titles))
        ballots = [Ballot.from_text(text) for text in voters]
        self.chosen = [any(b.share(block) >= self.rules.vote for b in ballots) for block in self.blocks]
        if any(self._weight(block) for block in self.picked()):
            self._drop_strays()
            self._add_peers()
            self._add_lead()
            self._fill_gaps()
            self._complete_groups()
            self._drop_title()
            self._drop_navigation()
            self._drop_duplicates()
            self._drop_bare_headings()
        return self.picked()

    def picked(self) -> list[Block]:
        """Return what is chosen so far."""
        return [block for block, chosen in zip(self.blocks, self.chosen, strict=True) if chosen]

    def _prose(self, block: Block, least: int = 0) -> bool:
        return (
            block.kind in ("p", "quote")
            and len(block.text) >= (least or self.rules.prose)
            and block.link_density < 0.35
            and not is_furniture(block.ancestors[-2:])
        )

    @staticmethod
    def _weight(block: Block) -> float:
        return 0.0 if block.kind == "heading" else len(block.text) * (1 - block.link_density)

    def _region(self) -> _Element | None:
        """Return the innermost element that holds the bulk of the chosen text."""
        weights: defaultdict[_Element, float] = defaultdict(float)
        picked = self.picked()
        for block in picked:
            for element in (e for e in block.ancestors if e.tag not in _WITHIN):
                weights[element] += self._weight(block)
        needed = self.rules.region * sum(map(self._weight, picked))
        holding = [(len(list(e.iterancestors())), e) for e, weight in weights.items() if weight >= needed]
        return max(holding, key=lambda pair: pair[0])[1] if holding else None

    def _drop_strays(self) -> None:
        """Drop headings, short blocks and links outside the article's part of the page."""
        region = self._region()
        for at, block in enumerate(self.blocks):
            if self.chosen[at] and region is not None and region not in block.ancestors:
                short = len(block.text) < self.rules.stray
                self.chosen[at] = not (block.kind == "heading" or short or block.link_density > 0.3)

    def _add_peers(self) -> None:
        """Add prose that stands in the page exactly as chosen prose does."""
        peers = Counter(_position(block) for block in self.picked() if self._prose(block))
        for at, block in enumerate(self.blocks):
            if not self.chosen[at] and self._prose(block) and not any(map(is_hidden, block.ancestors)):
                self.chosen[at] = peers[_position(block)] >= self.rules.peers

    def _add_lead(self) -> None:
        """Add the prose between the title and the first chosen paragraph."""
        first = next((at for at, b in enumerate(self.blocks) if self.chosen[at] and self._prose(b)), 0)
        tops = [at for at, b in enumerate(self.blocks[:first]) if b.level == 1 or self._is_title(b)]
        if tops and first - tops[-1] <= self.rules.lead_gap:
            for at in range(tops[-1] + 1, first):
                block = self.blocks[at]
                sentence = len(block.text) >= self.rules.lead and block.text.endswith((".", "!", "?"))
                self.chosen[at] = self.chosen[at] or self._prose(block, self.rules.lead if sentence else 0)

    def _is_title(self, block: Block) -> bool:
        return block.kind == "heading" and len(block.text) > 8 and folded(block.text) in self.titles

    def _fill_gaps(self) -> None:
        """Add lists, tables, quotes and captions between chosen blocks of one container."""
        picked = [at for at, chosen in enumerate(self.chosen) if chosen]
        for before, after in pairwise(picked):
            holder = _holder(self.blocks[before])
            if after - before > self.rules.gap or holder is not _holder(self.blocks[after]):
                continue
            for at in range(before + 1, after):
                block = self.blocks[at]
                bare = block.kind == "caption" and len(block.text) < self.rules.caption
                fits = block.kind in (*_LINES, "caption", "quote") and block.link_density < 0.35 and not bare
                inside = holder in block.ancestors and not is_furniture(block.ancestors[-2:])
                self.chosen[at] = fits and inside

    def _complete_groups(self) -> None:
        """Take in the rest of a list, table or listing of which a part was chosen."""
        for members in self._groups().values():
            chosen = sum(len(self.blocks[at].text) for at in members if self.chosen[at])
            if chosen >= self.rules.complete * sum(len(self.blocks[at].text) for at in members):
                for at in members:
                    self.chosen[at] = True

    def _groups(self) -> dict[object, list[int]]:
        groups: defaultdict[object, list[int]] = defaultdict(list)
        for at, block in enumerate(self.blocks):
            if block.kind in _LINES and block.group is not None:
                groups[block.group].append(at)
        return dict(groups)

    def _drop_title(self) -> None:
        """Drop the page's own title, which is kept beside the text."""
        started = False
        for at, block in enumerate(self.blocks):
            if self.chosen[at]:
                if (block.level == 1 or (block.kind == "p" and not started)) and folded(block.text) in self.titles:
                    self.chosen[at] = False
                started = started or self.chosen[at]

    def _drop_navigation(self) -> None:
        """Drop links that lead elsewhere, and the usual lines that invite to them."""
        for at, block in enumerate(self.blocks):
            short = len(block.text) < 200
            linked = block.kind in ("p", "quote") and block.link_density >= self.rules.links
            if short and (linked or invites_elsewhere(block.text)):
                self.chosen[at] = False
        for members in self._groups().values():
            listed = [self.blocks[at] for at in members if self.chosen[at] and self.blocks[at].kind == "li"]
            if listed and sum(b.link_chars for b in listed) >= self.rules.links * sum(len(b.text) for b in listed):
                for at in members:
                    self.chosen[at] = False

    def _drop_duplicates(self) -> None:
        seen: set[str] = set()
        for at, block in enumerate(self.blocks):
            if self.chosen[at] and len(block.text) >= self.rules.duplicate:
                words = folded(block.text)
                self.chosen[at] = words not in seen
                seen.add(words)

    def _drop_bare_headings(self) -> None:
        """Drop headings that no chosen text follows."""
        below: int | None = None
        for at in range(len(self.blocks) - 1, -1, -1):
            block = self.blocks[at]
            if self.chosen[at] and block.kind == "heading":
                under = self.blocks[below] if below is not None else None
                follows = below is not None and below - at <= self.rules.heading_reach
                outranked = under is not None and under.kind == "heading" and under.level < block.level
                self.chosen[at] = follows and not outranked
            below = at if self.chosen[at] else below


def _position(block: Block) -> tuple[tuple[str, str], ...]:
    """Return where a block stands, by the tags and classes above it."""
    return tuple((str(element.tag), element.get("class") or "") for element in block.ancestors)


def _holder(block: Block) -> _Element | None:
    """Return the container of a block above its own paragraph, list or table."""
    return next((element for element in reversed(block.ancestors) if element.tag not in _WITHIN), None)
