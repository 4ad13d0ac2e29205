"""What robots.txt allows."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote


@dataclass(frozen=True, slots=True)
class RobotRules:
    """What a site's robots.txt tells one program (RFC 9309)."""

    rules: tuple[tuple[str, bool], ...] = ()
    """Path pattern with ``*`` and a closing ``$``, and whether it is allowed."""
    delay: float = 0.0
    """Seconds to leave between requests, as the site asks."""

    @classmethod
    def parse(cls, text: str, agent: str) -> RobotRules:
        """Read the groups that name `agent`, or else those for ``*``.

        A line that is no rule is passed over, so a web page served in its place allows all.
        """
        groups: dict[str, list[tuple[str, str]]] = {}
        names: list[str] = []
        naming = False
        for line in text.splitlines():
            key, _, value = (part.strip() for part in line.partition("#")[0].partition(":"))
            key = key.lower()
            if key == "user-agent":
                names = [*names, value.lower()] if naming else [value.lower()]
                groups.setdefault(value.lower(), [])
                naming = True
            elif key in ("allow", "disallow", "crawl-delay"):
                for name in dict.fromkeys(names):
                    groups[name].append((key, value))
                naming = False
        told = groups.get(agent.lower(), groups.get("*", []))
        paths = [(unquote(value), key == "allow") for key, value in told if value and key != "crawl-delay"]
        delays = [_seconds(value) for key, value in told if key == "crawl-delay"]
        return cls(tuple(paths), max(delays, default=0.0))

    def allows(self, path: str) -> bool:
        """Say whether a path with its query may be fetched: the longest matching rule
        decides, ``allow`` among equals; without one it may.

        ``Allow: /`` with ``Disallow: /private`` gives False for ``/private/x``.
        """
        plain = unquote(path)
        matching = [(len(pattern), allowed) for pattern, allowed in self.rules if _matches(pattern, plain)]
        return max(matching, default=(0, True))[1]


def _matches(pattern: str, path: str) -> bool:
    """Match by finding the pieces between stars in turn: linear, unlike a regular expression."""
    to_the_end = pattern.endswith("$")
    first, *pieces = pattern.removesuffix("$").split("*")
    if not path.startswith(first):
        return False
    at = len(first)
    closing = pieces.pop() if to_the_end and pieces else None
    for piece in pieces:
        found = path.find(piece, at)
        if found < 0:
            return False
        at = found + len(piece)
    if closing is not None:
        return path.endswith(closing) and len(path) - len(closing) >= at
    return not to_the_end or at == len(path)


def _seconds(text: str) -> float:
    return float(text) if re.fullmatch(r"\d{1,6}(\.\d{1,6})?", text) else 0.0
