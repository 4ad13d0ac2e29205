"""Build a folder of mixed files of which some are broken: the others must be in, and each broken one named.

    python -m tests.measures.mixed --files 1000 --broken 50

The stand-in embedder is used, so that time and memory are those of reading and writing.
"""

from __future__ import annotations

import argparse
import random
import resource
import tempfile
import time
from pathlib import Path

from rag.config import Settings
from rag.library.library import Library
from rag.testing import HashingEmbedder
from tests.loading import files

WORDS = (
    "harbour quay crane tug granite council granted boats fleet catch tide pilot berth fee crowns week spring".split()
)


def sound(number: int, draw: random.Random) -> tuple[str, bytes]:
    """Return the suffix and the bytes of a file that can be read."""
    texts = [f"{' '.join(draw.choices(WORDS, k=12)).capitalize()} {number}." for _ in range(15)]
    rows = [["Port", "Catch", "Boats"], *([word, str(draw.randint(1, 99)), str(number)] for word in WORDS)]
    kinds = {
        ".txt": "\n\n".join(texts).encode(),
        ".md": "\n\n".join([f"# Report {number}", *texts]).encode(),
        ".html": f"<html><head><title>Report {number}</title></head><body><p>{'<p>'.join(texts)}".encode(),
        ".docx": files.docx("".join(f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>" for text in texts)),
        ".pptx": files.slides([(f"Report {number}", text) for text in texts[:3]]),
        ".odt": files.odt("".join(f"<text:p>{text}</text:p>" for text in texts)),
        ".epub": files.epub({"a.xhtml": f"<html><body><p>{'</p><p>'.join(texts)}</p></body></html>"}),
        ".pdf": files.pdf([[(72, 700 - 14 * at, 9, text) for at, text in enumerate(texts)]]),
        ".csv": "\n".join(map(",".join, rows)).encode(),
    }
    return list(kinds.items())[number % len(kinds)]


def broken(number: int, draw: random.Random) -> tuple[str, bytes]:
    """Return the suffix and the bytes of a file that cannot be read."""
    kinds = [
        (".pdf", files.pdf([[(72, 700, 11, "Cut off")]])[:-200]),
        (".pdf", b"%PDF-1.7\n" + draw.randbytes(3_000) + b"%%EOF"),
        (".docx", files.docx("<w:p/>")[:-40]),
        (".docx", files.docx("<w:p/>")),
        (".odt", b"no archive"),
        (".epub", b"PK\x03\x04no archive either"),
        (".html", b"<html><title>404 Not Found</title><body><h1>404 Not Found</h1>"),
        (".md", b"None"),
        (".txt", b""),
        (".png", b"\x89PNG\r\n\x1a\n" + draw.randbytes(99)),
    ]
    return kinds[number % len(kinds)]


def main() -> None:
    """Write the folder, build it and tell what became of it, in how much time and memory."""
    parser = argparse.ArgumentParser(description="Build a folder of mixed files of which some are broken.")
    parser.add_argument("--files", type=int, default=1_000, help="how many files there are")
    parser.add_argument("--broken", type=int, default=50, help="how many of them cannot be read")
    options = parser.parse_args()
    draw = random.Random(1)
    with tempfile.TemporaryDirectory() as place:
        documents = Path(place) / "corpus" / "documents"
        documents.mkdir(parents=True)
        for number in range(options.files):
            suffix, data = (broken if number < options.broken else sound)(number, draw)
            (documents / f"{'broken' if number < options.broken else 'text'}-{number}{suffix}").write_bytes(data)
        began = time.perf_counter()
        library = Library(Settings(corpus=documents.parent, index=Path(place) / "index"), HashingEmbedder())
        rows = library.build().rows
        took = time.perf_counter() - began
    added = [row for row in rows if row.status == "added" and "/text-" in row.file]
    named = [row for row in rows if row.status == "failed" and "/broken-" in row.file and row.reason]
    own, workers = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    print(f"{len(added)} in, {len(named)} named with a reason, of {options.files} files")
    used = sum(usage.ru_utime + usage.ru_stime for usage in (own, workers))
    print(
        f"{took:.1f} s, {used:.1f} s of processor time; {own.ru_maxrss >> 10} MB, {workers.ru_maxrss >> 10} MB a worker"
    )
    if (len(added), len(named)) != (options.files - options.broken, options.broken):
        raise SystemExit("a file was lost, or taken though it is broken")


if __name__ == "__main__":
    main()
