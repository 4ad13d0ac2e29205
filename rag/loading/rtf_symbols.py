"""Write what RTF sets in a font of signs, which its library takes for letters, as the signs that it shows."""

from __future__ import annotations

import re

from rag.loading.symbols import is_symbolic, signs

_ASIDE = re.compile(r"\{\\\*[^{}]*\}")
_NAMED = re.compile(r"\\f(\d+)(?:\\[a-z]+-?\d*)* *([^\\;{}]+);")
_DEFAULT = re.compile(r"\\deff(\d+)")
_TOKEN = re.compile(
    r"\\u(?P<code>-?\d+) ?(?P<instead>\\'[0-9a-f]{2}|[^\\{}])?|\\(?P<word>[a-z]+)(?P<number>-?\d+)? ?"
    r"|\\'(?P<byte>[0-9a-f]{2})|\\.|[{}]|(?P<text>[^\\{}\r\n]+)",
    re.IGNORECASE | re.DOTALL,
)


def show_signs(markup: str, table: str) -> str:
    """Return a document's markup with the letters and codes that stand in a font of signs as what they show.

    Args:
        table: the group of it that names its fonts; empty where there is none.
    """
    fonts = {number: name for number, name in _NAMED.findall(_ASIDE.sub(" ", table)) if is_symbolic(name)}
    if not fonts:
        return markup
    default = _DEFAULT.search(markup)
    walk = _Walk(fonts, fonts.get(default[1], "") if default else "")
    before, _, after = markup.partition(table)
    return before + table + _TOKEN.sub(walk.token, after)


def coded(text: str) -> str:
    """Return text as RTF writes what is beyond its letters."""
    return "".join(f"\\u{ord(char)}?" for char in text)


class _Walk:
    """Goes through the markup behind the table of fonts, one token after the other."""

    def __init__(self, fonts: dict[str, str], default: str) -> None:
        self._fonts, self._default = fonts, default
        self._font = default
        """The font of signs at hand; empty in any other."""
        self._around: list[str] = []
        """Those of the groups around."""

    def token(self, found: re.Match[str]) -> str:
        """Return a token as it is to be written."""
        if found[0] == "{":
            self._around.append(self._font)
        elif found[0] == "}":
            self._font = self._around.pop() if self._around else self._default
        elif found["word"] in ("f", "plain"):
            self._font = self._fonts.get(found["number"], "") if found["word"] == "f" else self._default
        elif self._font and found["code"]:
            sign = signs(chr(int(found["code"]) & 0xFFFF), self._font)
            return f"\\u{ord(sign)} {found['instead'] or ''}"
        elif self._font and found["byte"]:
            return coded(signs(chr(int(found["byte"], 16)), self._font))
        elif self._font and found["text"]:
            shown = zip(found["text"], signs(found["text"], self._font), strict=True)
            return "".join(sign if sign == char else coded(sign) for char, sign in shown)
        return found[0]
