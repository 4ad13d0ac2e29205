"""Tell files that nobody means as texts, by their names: programs and systems leave them beside those that are."""

from __future__ import annotations

import re

_NAMES = (
    (re.compile(r"~\$.+|\.~lock\..+#"), "a lock file of a program that has a document open"),
    (
        re.compile(r"thumbs\.db|ehthumbs.*\.db|desktop\.ini|\.ds_store|icon\r|__macosx|\._.+", re.I),
        "made by the system",
    ),
    (re.compile(r".+\.(?:crdownload|download|part|partial)", re.I), "a download that has not ended"),
    (re.compile(r"~.+\.tmp|.+\.tmp|\..+\.sw[a-p]|.+~|#.+#", re.I), "a backup or a half-saved file of an editor"),
    (re.compile(r"\..+"), "hidden; give it a name without the dot in front to have it read"),
)


def no_text(*names: str) -> str:
    """Return why a file is no text by its name or those of its folders; an empty string where it may be one."""
    return next((why for name in names for pattern, why in _NAMES if pattern.fullmatch(name)), "")
