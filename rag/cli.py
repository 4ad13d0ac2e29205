"""The command line: every command is one method of the Python API.

The only place that prints, and that turns an error into an exit code:
0 done, 1 an error, 2 wrong usage, 3 built but some sources failed, 130 interrupted.
"""

from __future__ import annotations

import argparse
import json
import sys
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.dates import readable
from rag.errors import RagError
from rag.records import Answer, Citation, Filters, Passage
from rag.wire import answer_json, passage_json

if TYPE_CHECKING:
    from rag.assistant import Assistant
    from rag.building import BuildReport

FAILED, SOME_FAILED, INTERRUPTED = 1, 3, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and give its exit code."""
    options = _parser().parse_args(arguments)
    run: Callable[[argparse.Namespace], int] = options.run
    try:
        return run(options)
    except RagError as error:
        print(f"rag: {error}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        print("rag: interrupted; the index is as it was", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        sys.stderr.close()
        return FAILED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="rag", description="Ask a library of texts; every citation is checked against the stored text."
    )
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    def command(name: str, run: Callable[[argparse.Namespace], int], text: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=text, description=text)
        sub.add_argument("--corpus", type=Path, metavar="DIR", help="folder of the library (or RAG_CORPUS)")
        sub.add_argument("--index", type=Path, metavar="DIR", help="folder of its index (or RAG_INDEX)")
        sub.add_argument("--json", action="store_true", help="print JSON")
        sub.set_defaults(run=run)
        return sub

    sub = command("build", _build, "Bring the index in step with the library.")
    sub.add_argument("--force", action="store_true", help="start from nothing")

    sub = command("ask", _ask, "Answer a question with cited passages.")
    sub.add_argument("question")
    _add_search_options(sub)

    sub = command("search", _search, "Find the passages that fit a question.")
    sub.add_argument("question")
    _add_search_options(sub)

    command("sources", _sources, "List the sources: what is in, what is not, and why.")
    command("info", _info, "Say what is open: folders, model, counts, versions.")

    sub = command("add", _add, "Add a file as a source, or as the full text of a source.")
    sub.add_argument("file", type=Path, nargs="+")
    sub.add_argument("--source", metavar="ID", help="the source whose full text the file is")
    for name in ("title", "author", "publisher", "date", "url", "kind", "licence"):
        sub.add_argument(f"--{name}", help=f"{name} of a new source")

    sub = command("remove", _remove, "Take the texts of a source out of documents/; they are kept aside.")
    sub.add_argument("source", metavar="ID")
    return parser


def _add_search_options(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("-k", type=int, metavar="N", help="passages to look at, 1 to 50")
    sub.add_argument("--source", action="append", default=[], metavar="ID", help="search in this source only")
    sub.add_argument("--kind", action="append", default=[], help="search in this kind of source only")
    sub.add_argument("--publisher", action="append", default=[], help="search in this publisher only")
    sub.add_argument("--since", default="", metavar="DATE", help="nothing older: YYYY, YYYY-MM or YYYY-MM-DD")
    sub.add_argument("--until", default="", metavar="DATE", help="nothing newer")


def _filters(options: argparse.Namespace) -> Filters:
    return Filters(
        tuple(options.source), tuple(options.kind), tuple(options.publisher), options.since, options.until
    )


def _open(options: argparse.Namespace, **settings: Any) -> Assistant:
    from rag.assistant import Assistant

    return Assistant.open(options.corpus, options.index, **settings)


def _ask(options: argparse.Namespace) -> int:
    answer = _open(options, top_k=options.k).ask(options.question, filters=_filters(options))
    print(_as_json(answer_json(answer)) if options.json else _answer_text(answer))
    return 0


def _search(options: argparse.Namespace) -> int:
    passages = _open(options, top_k=options.k).retrieve(options.question, filters=_filters(options))
    if options.json:
        print(_as_json([passage_json(passage) for passage in passages]))
    else:
        print("\n\n".join(_passage_text(passage) for passage in passages) or "nothing fits")
    return 0


def _build(options: argparse.Namespace) -> int:
    from rag.assistant import build

    report = build(options.corpus, options.index, force=options.force, progress=_Bar())
    return _print_report(report, options)


def _print_report(report: BuildReport, options: argparse.Namespace) -> int:
    if options.json:
        print(_as_json(asdict(report)))
    else:
        changed = [row for row in report.rows if row.status != "unchanged"]
        for row in changed:
            print(
                f"{row.status:9}  {row.source_id:28}  {row.text_kind:9}  {row.chunks:5} passages  "
                f"{row.reason}".rstrip()
            )
        kept = len(report.rows) - len(changed)
        state = "now answers" if report.swapped else "is up to date"
        print(f"{kept} unchanged, {report.embedded} texts embedded; generation {report.generation} {state}")
    return SOME_FAILED if report.failed else 0


def _sources(options: argparse.Namespace) -> int:
    rows = _open(options).sources()
    if options.json:
        print(
            _as_json(
                [
                    {**asdict(r.source), "text_kinds": r.text_kinds, "chunks": r.chunks, "problem": r.problem}
                    for r in rows
                ]
            )
        )
    else:
        for row in rows:
            texts = " + ".join(row.text_kinds) or "nothing"
            print(f"{row.source.id:26}  {row.source.date:10}  {texts:17}  {row.source.title}")
            if row.problem:
                print(f"{'':26}  {row.problem}")
    return 0


def _info(options: argparse.Namespace) -> int:
    info = _open(options).info()
    if options.json:
        print(_as_json(info))
    else:
        for key, value in info.items():
            flat = ", ".join(f"{k} {v}" for k, v in value.items()) if isinstance(value, dict) else value
            print(f"{key:16}  {flat}")
    return 0


def _add(options: argparse.Namespace) -> int:
    from rag.config import Settings
    from rag.corpus import Corpus
    from rag.library import add_file

    settings = Settings.load(corpus=options.corpus, index=options.index)
    names = ("title", "author", "publisher", "date", "url", "kind", "licence")
    meta = {name: getattr(options, name) for name in names if getattr(options, name)}
    added = [
        add_file(Corpus.read(settings.corpus), file, source_id=options.source, meta=meta)
        for file in options.file
    ]
    if not options.json:
        for path in added:
            print(f"added {path}")
    return _build(argparse.Namespace(**{**vars(options), "force": False}))


def _remove(options: argparse.Namespace) -> int:
    from rag.config import Settings
    from rag.corpus import Corpus
    from rag.library import remove

    settings = Settings.load(corpus=options.corpus, index=options.index)
    moved = remove(Corpus.read(settings.corpus), options.source)
    if not options.json:
        print(f"moved {moved}")
    return _build(argparse.Namespace(**{**vars(options), "force": False}))


def _answer_text(answer: Answer) -> str:
    parts = [_wrap(f"! {notice.text}") for notice in answer.notices]
    if answer.resolved_question != answer.question:
        parts.append(_wrap(f"Understood as: {answer.resolved_question}"))
    parts.append(_wrap(answer.text))
    parts += [_wrap(conflict.text) for conflict in answer.conflicts]
    cited = {citation.number: citation for citation in answer.citations}
    lines = [_citation_line(cited[number]) for number in sorted(cited)]
    if answer.abstained:
        lines = [_passage_line(passage) for passage in answer.passages]
    return "\n\n".join([*parts, "\n".join(lines)]).rstrip()


def _citation_line(citation: Citation) -> str:
    where = f"{citation.publisher}, {readable(citation.date)}, {citation.text_kind}"
    return f"[{citation.number}] {citation.title} ({where})\n    {citation.url or citation.doc_id}"


def _passage_line(passage: Passage) -> str:
    start = textwrap.shorten(passage.text, 160, placeholder=" ...")
    where = f"{passage.attribution.publisher}, {readable(passage.attribution.date)}"
    return f"[{passage.number}] {passage.source.title} ({where})\n    {start}"


def _passage_text(passage: Passage) -> str:
    return f"{_passage_line(passage).splitlines()[0]}  score {passage.score:.2f}\n{_wrap(passage.text)}"


def _wrap(text: str) -> str:
    return textwrap.fill(text, 100, break_long_words=False, break_on_hyphens=False)


def _as_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)


class _Bar:
    """A progress bar on standard error, one a stage."""

    def __init__(self) -> None:
        self._stage = ""
        self._bar: Any = None

    def __call__(self, stage: str, done: int, total: int) -> None:
        from tqdm import tqdm

        if stage != self._stage:
            self._stage = stage
            self._bar = tqdm(total=total, desc=stage, file=sys.stderr, disable=None)
        self._bar.update(done - self._bar.n)
        if done >= total:
            self._bar.close()


if __name__ == "__main__":
    sys.exit(main())
