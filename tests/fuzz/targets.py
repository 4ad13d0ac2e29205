"""What is fuzzed: each target takes bytes, and raises only where a property fails.

The properties: no error but the package's own, offsets that slice back to what they tell of,
a stream that reads the same wherever it is cut.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from rag.config import Settings
from rag.errors import ConfigError, CorpusError, LoadError, StoreError
from rag.indexing.chunking import cut
from rag.indexing.store import Store
from rag.interfaces import users
from rag.loading import expand_bytes
from rag.loading.extract import Extract
from rag.loading.readers import READERS, read_as
from rag.records import Attribution, Citation, Document, Place, Source
from rag.sources.corpus import Corpus
from rag.sources.notes import read_notes
from rag.testing import HashingEmbedder
from rag.verification.citations import verify
from rag.writing.protocol import StreamParser
from rag.writing.thinking import Listener, answer_of
from tests.conftest import BRIDGE, PAGES, SOURCES
from tests.loading import files

SOURCE = Source.unnamed("a", "A paper")
EMBEDDER = HashingEmbedder()
UNFORESEEN: Counter[str] = Counter()
"""What readers raised that is not their own refusal, told to the user as a damaged file."""

MAIL = b"From: a@example.org\nSubject: Dues\nDate: Mon, 5 May 2025 10:00:00 +0000\n\nThe dues are 4 crowns.\n"
FLAT = (
    b"<office:document xmlns:office='urn:oasis:names:tc:opendocument:xmlns:office:1.0'><office:body/></office:document>"
)
ROW = "<table:table-row><table:table-cell/></table:table-row>"
CUES = b"1\n00:00:01,000 --> 00:00:02,000\nThe ferry\n\n2\n00:00:03,000 --> 00:00:04,000\nran.\n"
NOTEBOOK = {"cells": [{"cell_type": "markdown", "source": ["# A\n", "The ferry ran."]}], "nbformat": 4, "metadata": {}}
SEEDS: Mapping[str, Sequence[bytes]] = {
    "csv": [b"a,b\n1,2\n3,\"x\ny\"\n", "Jahr;Wert\n2021;1,5\n".encode("utf-16")],
    "docx": [files.docx("<w:p><w:r><w:t>The ferry ran in 2022.</w:t></w:r></w:p>")],
    "epub": [files.epub({"a.xhtml": "<html><body><h1>A</h1><p>The ferry ran.</p></body></html>"})],
    "fods": [files.flat_ods(f"<table:table table:name='a'>{ROW}</table:table>")],
    "fodt": [FLAT],
    "html": [b"<html><title>A</title><body><h1>A</h1><table><tr><th>x<td>1</table><p>The ferry ran &amp; came.</p>"],
    "mail": [MAIL, MAIL.replace(b"\n\n", b"\nContent-Type: multipart/mixed; boundary=x\n\n--x\n\n")],
    "markdown": [b"---\ntitle: A\n---\n# A\n\n- one\n  - two\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```\ncode\n```\n"],
    "mhtml": [MAIL.replace(b"\n\n", b"\nContent-Type: text/html\n\n<p>")],
    "notebook": [json.dumps(NOTEBOOK).encode()],
    "odp": [files.odt("<text:p>A</text:p>")],
    "ods": [files.ods(f"<table:table table:name='a'>{ROW}</table:table>")],
    "odt": [files.odt("<text:h text:outline-level='1'>A</text:h><text:p>The ferry ran.</text:p>")],
    "pdf": [files.pdf([[(72, 700, 12, "The night ferry was cancelled in 2022.")]])],
    "pptx": [files.slides([("A", "The ferry ran.")])],
    "rtf": [rb"{\rtf1\ansi\b The\b0  ferry\par ran in \'e9t\'e9 \u8364? {\field{\*\fldinst X}{\fldrslt y}}}"],
    "subtitles": [CUES, b"WEBVTT\n\n00:01.000 --> 00:02.000\nA"],
    "text": ["The ferry ran.\n\nIt cost 4 crowns – “once”.\n".encode(), b"\xff\xfea\0b\0", b"caf\xe9 \x93x\x94"],
    "xlsx": [],
}  # fmt: skip


def checked(extract: Extract) -> Document:
    """Hold an extract to what `Extract` promises; gives it as a document."""
    text = extract.text
    text.encode("utf-8")
    assert "\r" not in text and "\0" not in text
    for heading in extract.headings:
        assert 0 <= heading.start < heading.end <= len(text), heading
        assert "\n" not in text[heading.start : heading.end]
    starts = [page.start for page in extract.pages]
    assert starts == sorted(starts) and all(0 <= start <= len(text) for start in starts)
    assert all(0 <= cue.start <= len(text) for cue in extract.cues)
    digest = hashlib.sha256(text.encode()).hexdigest()
    return Document("a/text", "a", "full text", text, digest, extract.headings, extract.pages, (), extract.cues)


def reader(kind: str) -> Callable[[bytes], None]:
    """A target of one reader, and of the chunker on what it gives."""

    def run(data: bytes) -> None:
        try:
            extract = read_as(kind, data)
        except LoadError as error:
            if "more than its reader knows" in str(error):
                UNFORESEEN[f"{kind}: {type(error.__cause__).__name__}"] += 1
            return
        document = checked(extract)
        if len(document.text) < 20_000:
            chunks(document)

    return run


def chunks(document: Document) -> None:
    """Hold the chunker to its promise."""
    last = 0
    for chunk in cut(document, SOURCE, EMBEDDER, max_tokens=32):
        assert 0 <= chunk.start < chunk.end <= len(document.text)
        assert chunk.start >= last, "chunks follow each other"
        spans = chunk.sentences
        assert (spans[0].start, spans[-1].end) == (chunk.start, chunk.end)
        assert all(a.start < a.end <= b.start for a, b in pairwise(spans))
        last = chunk.end


def anything(data: bytes) -> None:
    """A file of which nobody knows what it is, by the way of the library and so of the worker."""
    for _, found in expand_bytes(data, name="a.bin"):
        if not isinstance(found, LoadError):
            checked(found)


def chunker(data: bytes) -> None:
    text = data.decode("utf-8", "ignore").replace("\r", "\n").replace("\0", "")
    chunks(Document("a/text", "a", "full text", text, ""))


def quotes(data: bytes) -> None:
    """A citation that is shown stands in the text, whatever was quoted and wherever it was said to stand."""
    head, _, rest = data.partition(b"\n")
    quote, text = head.decode("utf-8", "ignore"), rest.decode("utf-8", "ignore")
    document = Document("a/text", "a", "full text", text, "")
    start = int.from_bytes(data[:2], "little", signed=True)
    said = Attribution("A", "2021", Place("A", "2021", ""))
    asked = Citation(1, "a", "a/text", "full text", "A", "news", said, quote, start, start + len(quote), "verified")
    for citation in (asked, replace(asked, start=text.find(quote), end=text.find(quote) + len(quote))):
        found = verify(citation, document)
        assert found.status in ("verified", "corrected", "rejected")
        if found.status != "rejected":
            assert found.quote and text[found.start : found.end] == found.quote
        else:
            assert found.quote == quote


def stream(data: bytes) -> None:
    """An answer reads the same wherever its stream is cut."""
    text = data.decode("utf-8", "ignore")

    def heard(size: int) -> object:
        parser = StreamParser({"kq7x", "ab2c"}, "Answer in one sentence.")
        claims = [claim for at in range(0, len(text), size) for claim in parser.feed(text[at : at + size])]
        return [*claims, *parser.close()]

    assert heard(1) == heard(7) == heard(max(1, len(text)))


def thinking(data: bytes) -> None:
    text = data.decode("utf-8", "ignore")
    whole, _ = answer_of(text)
    for size in (1, 5, 64):
        listener = Listener()
        for at in range(0, len(text), size):
            listener.hear(text[at : at + size])
        assert listener.answer == whole


def manifest(data: bytes) -> None:
    """An index folder that is not what a build writes is damaged or missing, never anything else."""
    head, _, rest = data.partition(b"\n")
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder))
        made = Path(folder) / "generations" / "00000001"
        made.mkdir(parents=True)
        (made / "manifest.json").write_bytes(rest)
        (Path(folder) / "digests.json").write_bytes(rest)
        for current in (head, f"00000001 {hashlib.sha256(rest).hexdigest()}".encode()):
            (Path(folder) / "CURRENT").write_bytes(current)
            with suppress(StoreError):
                store.verify(store.current())


def settings(data: bytes) -> None:
    """corpus.toml, sources.toml, pages.toml and users.toml, whatever stands in them."""
    names = ("corpus.toml", "sources.toml", "pages.toml", "users.toml")
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            (Path(folder) / name).write_bytes(data)
            for read in (lambda: Settings.load(corpus=folder), lambda: users.read(Path(folder) / "users.toml")):
                with suppress(ConfigError):
                    read()
            with suppress(CorpusError):
                list(Corpus.read(Path(folder)).materials())
            (Path(folder) / name).unlink()


def notes(data: bytes) -> None:
    try:
        document = read_notes(data.decode("utf-8", "ignore"), SOURCE, {}, name="a.md")
    except LoadError:
        return
    for statement in document.statements:
        assert 0 <= statement.start < statement.end <= len(document.text)
    for heading in document.headings:
        assert 0 <= heading.start <= heading.end <= len(document.text)
    chunks(document)


def _xlsx() -> bytes:
    from openpyxl import Workbook

    book = Workbook()
    book.active.append(["Year", "Ships"])
    book.active.append([2021, 1.5])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _csv() -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([["a", "b"], ["1", 'x"y']])
    return out.getvalue().encode()


ANSWER = 'The fee is 90 crowns. [kq7x: “90 crowns”]\n\n- It rose in 2021. [ab2c]\n```json\n{"a": [1]}\n```\n'.encode()
THOUGHT = b"<think>Is it 90?</think>The fee is 90 crowns.<|channel|>final<|message|>Yes. assistantfinal [/THINK]"
MANIFEST = json.dumps({"format": 2, "files": {"a": "b"}, "segments": [{"name": "x", "files": {}, "gone": []}]}).encode()

TARGETS: Mapping[str, tuple[Callable[[bytes], None], Sequence[bytes]]] = {
    **{f"reader {kind}": (reader(kind), seeds or [_xlsx()]) for kind, seeds in SEEDS.items()},
    "any file": (anything, [files.zipped({"a.txt": "The ferry ran.", "b/c.html": "<p>x"}), b"%PDF-1.7", _csv()]),
    "chunker": (chunker, [b"The ferry ran. It cost 4 crowns, e.g. in No. 7.\n\n# A\n\n| a | b |\n"]),
    "quotes": (quotes, [b"4 crowns\nA ticket cost 4 crowns in 2021.\nIt rose.", "“a”\nb “a” ﬁn".encode()]),
    "stream parser": (stream, [ANSWER, b'{"claims": [{"text": "a", "id": "kq7x", "quote": "b"}]}']),
    "thinking": (thinking, [THOUGHT, b"analysisIt is so.assistantfinalYes."]),
    "manifest": (manifest, [b"00000001 abc\n" + MANIFEST]),
    "settings": (settings, [SOURCES.encode(), PAGES.encode(), b'title = "A"\n[settings]\ntop_k = 5\n']),
    "notes": (notes, [BRIDGE.encode(), b"# A\n\n## B\n\n- x. [A, 2021](<https://example.org>)\n  - What?\n"]),
}  # fmt: skip

assert set(SEEDS) == set(READERS), "every reader is fuzzed"
