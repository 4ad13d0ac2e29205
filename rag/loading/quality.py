"""Tell texts that nobody wrote: error pages and cookie walls, mojibake, a lone "None", one sign over and over."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from rag.loading.extract import Extract

_ERRORS: tuple[tuple[str, int, str], ...] = (
    (
        "not found", 1_500,
        r"(?:error\s*)?404(?:[\s!.,]*(?:error|page|file|not|oops|sorry)\b.*)?[!.]?$"
        r"|(?:the )?page (?:was |could )?not (?:be )?found|not found$"
        r"|seite (?:wurde )?nicht gefunden"
        r"|(?:the |this )?page (?:you requested |does not |doesn.t |no longer )?exists?$|página no encontrada"
        r"|page introuvable|(?:sorry, )?(?:we )?couldn.t find (?:that|this|the) page",
    ),
    (
        "access refused", 1_500,
        r"(?:error\s*)?403(?:[\s!.,]*(?:error|forbidden|access)\b.*)?[!.]?$"
        r"|forbidden$|access (?:to this page )?(?:has been )?denied|you have been blocked"
        r"|just a moment|attention required|are you (?:a )?(?:robot|human)"
        r"|verify(?:ing)? (?:that )?you are (?:a )?human"
        r"|checking your browser|enable javascript and cookies|unusual traffic|pardon our interruption",
    ),
    (
        "request refused", 1_500,
        r"(?:http |error )?(?:400 bad request|401 unauthori[sz]ed|410 gone|429 too many requests)|too many requests$"
        r"|rate limit exceeded|(?:please )?enable javascript|you need to enable javascript"
        r"|this (?:page|site|app) requires javascript|javascript is (?:disabled|required)",
    ),
    (
        "server error", 1_500,
        r"(?:error\s*)?50[0234](?:[\s!.,]*(?:error|internal|bad|service|gateway|server)\b.*)?[!.]?$"
        r"|internal server error|bad gateway|service (?:temporarily )?unavailable"
        r"|gateway time-?out|site (?:is )?under maintenance",
    ),
    (
        "a program's error", 1_500,
        r"traceback \(most recent call last\)|(?:uncaught|unhandled|fatal) (?:error|exception)\b|exception in thread",
    ),
    (
        "login wall", 700,
        r"(?:log|sign) ?in$|(?:please )?(?:log|sign) ?in to (?:continue|read|view|your)|login(?: required)?$"
        r"|members only|anmelden$|subscribe to (?:continue|read|keep)|create (?:a free|an) account to",
    ),
    (
        "cookie wall", 700,
        r"we (?:value your privacy|use cookies|and our partners)|before you continue"
        r"|(?:accept|manage) (?:all )?cookies"
        r"|cookie (?:consent|policy|wall|settings)|consent(?: required|$)",
    ),
)  # fmt: skip
"""What pages that are no articles say at the start of a title or heading, and the
characters of text from which a page counts as an article about it."""
_PATTERNS = tuple((reason, size, re.compile(text, re.IGNORECASE)) for reason, size, text in _ERRORS)
_PARTS = re.compile(r"\s+[|–—:·•-]\s+|:\s+")
_HEADS = 500
"""Characters of text below which its first line counts as a heading."""

_NOTHING = frozenset("none null nan nil undefined n/a na [object object] #n/a {} []".split(" "))
"""What programs write where there is no value."""
_BAD_SIGN = re.compile(r"\ufffd|\(cid:\d+\)")
_RUN = re.compile(r"(\S)\1{9,}")
_LONG = re.compile(r"[^\s\u0e00-\u17ff\u2e80-\uffff./\\_(),:;=-]{25,}")
"""Longer than words are, in scripts that part words by spaces; paths and names of programs have parts."""
_NAME = re.compile(r"(?<![^\W_])(?:[^\W\d_a-z]?[^\W\d_A-Z]{2,}|[^\W\d_a-z]{3,})(?![^\W\d_])")
"""A word, as stands beside a number or sum of a list."""
_BASES = 5
"""Letters with which genes are written, the unknown one among them."""
_LONGEST_SUM = 128
"""Signs of the longest sum or number that a list holds: SHA-512 as it is printed."""
_PRINTED = {"pdf": "print it anew as PDF from where it came from, since its text is not what its pages show"}
"""What to do about wrong letters in a format that is printed and not written."""
_MANY = 40
"""Signs from which a text is more than a word or two."""
_DENSE = 0.01
"""Wrongly decoded letters for each letter from which the whole text is taken to be wrong."""


def doubt(extract: Extract, kind: str) -> str:
    """Return why a text seems to be none that somebody wrote, as one of its format; an empty string where it is one."""
    text, tops = extract.text, [h for h in extract.headings if h.level == 1]
    heads = [extract.title, *(text[h.start : h.end] for h in tops if len(tops) == 1)]
    return error_page(heads, text) or _no_words(text, kind) or _wrongly_decoded(text, kind)


def error_page(heads: Iterable[str], text: str) -> str:
    """Return why a short text is no article, as its title or a heading says; an empty string where none does."""
    first = text.split("\n", 1)[0] if len(text) < _HEADS else ""
    lines = dict.fromkeys(" ".join(head.split()) for head in (*heads, first))
    for reason, size, pattern in _PATTERNS:
        for line in lines:
            says = len(line) < 160 and any(pattern.match(part) for part in _PARTS.split(line))
            if says and len(text) < size:
                return f"an error page saved in an article's place ({reason}): it says {line[:100]!r}"
    return ""


def _no_words(text: str, kind: str) -> str:
    """Return why a text has no words worth the name."""
    signs = "".join(text.split())
    said = filter(str.strip, re.split(r"[\n|]", text))
    if all(part.strip(" .\"'").lower() in _NOTHING for part in said):
        return f"no text: it says {text[:40]!r} and nothing else"
    if 2 * sum(len(found) for found in _BAD_SIGN.findall(text)) > len(signs):
        return "no text: its letters were lost when it was saved, and stand as U+FFFD or (cid:NUMBER)"
    if not any(char.isalnum() for char in signs):
        return "no text: it holds neither letters nor digits"
    if 2 * sum(len(found[0]) for found in _RUN.finditer(text)) > len(signs):
        sign, _ = Counter(signs).most_common(1)[0]
        return f"no text: it is mostly the sign {sign!r} over and over"
    if len(signs) >= _MANY and 2 * sum(map(len, _unread(text))) > len(signs):
        return f"no text: it is coded data, or without spaces between words; {_PRINTED.get(kind, 'save it as text')}"
    return ""


def _unread(text: str) -> Iterator[str]:
    """Yield the runs of a text that no one reads: coded data and words without spaces.

    A sum or number of a list stands with a word of its own, somewhere if its letters are small or capital
    throughout, else on its line, as the lines of coded data do not. The letters of a gene are read as they are.
    """
    named = _names(text) >= len(_LONG.findall(text))
    for line in text.split("\n"):
        runs = _LONG.findall(line)
        named_here = bool(runs) and _names(line) >= len(runs)
        for run in runs:
            a_case = run in (run.lower(), run.upper())
            gene = run.isalpha() and (run.isupper() or (a_case and len(set(run)) <= _BASES))
            numbered = len(run) <= _LONGEST_SUM and not run.isalpha()
            if not gene and not (numbered and (named if a_case else named_here)):
                yield run


def _names(text: str) -> int:
    return len(_NAME.findall(_LONG.sub(" ", text)))


def _wrongly_decoded(text: str, kind: str) -> str:
    """Return that a text is mojibake throughout, as ``cafÃ©`` is."""
    from ftfy.badness import BADNESS_RE, badness

    if badness(text) <= max(1, _DENSE * len(text)):
        return ""
    [start, end] = next(BADNESS_RE.finditer(text)).span()
    what = _PRINTED.get(kind, "save it as UTF-8 from where it came from")
    return f"wrongly encoded: it says {text[max(0, start - 20) : end + 20]!r}; {what}"
