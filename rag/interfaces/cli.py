"""The commands; the only place that prints or turns an error into an exit code.

Exit codes: 0 done, 1 an error or a finding, 3 built but some texts failed, 130 interrupted.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, TextIO

from rag.assistant import Assistant
from rag.config import Settings
from rag.errors import ConfigError, RagError
from rag.evaluation import as_text, load_run, refit, run
from rag.interfaces import feedback, rendering, wire
from rag.interfaces.user_commands import add_user_arguments, run_user, served_users
from rag.library.library import Library
from rag.records import Filters
from rag.sources.declarations import SOURCE_FACTS

SOME_FAILED = 3
INTERRUPTED = 130

Options = argparse.Namespace
Run = Callable[[Options], int | None]
"""Runs a command; gives its exit code, None for 0."""
Command = Callable[..., argparse.ArgumentParser]
"""Adds a command: its name, what runs it, its help; and whether it works on a library that is there."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; gives its exit code."""
    options = _parser().parse_args(arguments)
    try:
        code: int = options.run(options) or 0
        sys.stdout.flush()
        return code
    except RagError as error:
        _say(f"rag: {error}", sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nrag: interrupted; what was there before is as it was", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever reads has enough; Python must not complain again when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="rag", description="Answer questions from a library of texts, every quote checked."
    )
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    def command(name: str, run: Run, text: str, *, opens: bool = True) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=text, description=text)
        if opens:
            sub.add_argument("--corpus", type=Path, metavar="DIR", help="folder of the library (or RAG_CORPUS)")
            told = "folder of its index (DIR/index, or RAG_INDEX), or an engine that holds it (or RAG_INDEX_URL)"
            sub.add_argument("--index", metavar="DIR|URL", help=told)
        sub.add_argument("--json", action="store_true", help="print JSON")
        sub.set_defaults(run=run)
        return sub

    _asking_commands(command)
    _measuring_commands(command)
    _library_commands(command)
    _serving_commands(command)
    return parser


def _asking_commands(command: Command) -> None:
    ask = command("ask", _ask, "Answer a question with cited passages.")
    ask.add_argument("--llm", action="store_true", help="let the language model of the settings write the answer")
    ask.add_argument("--trace", action="store_true", help="tell how long each step took")
    search = command("search", _search, "Find the passages that fit a question.")
    search.add_argument("--read", action="store_true", help="let the reading model order them: better, a little slower")
    for sub in (ask, search):
        sub.add_argument("question")
        sub.add_argument("-k", type=int, metavar="N", help="passages to give, 1 to 200 (the setting top_k)")
        sub.add_argument("--source", action="append", default=[], metavar="ID", help="search in this source only")
        sub.add_argument("--kind", action="append", default=[], help="search in this kind of source only")
        sub.add_argument("--publisher", action="append", default=[], help="search in this publisher only")
        sub.add_argument("--since", default="", metavar="DATE", help="nothing older: YYYY, YYYY-MM or YYYY-MM-DD")
        sub.add_argument("--until", default="", metavar="DATE", help="nothing newer")
    command("sources", _sources, "List the sources: what is in, what is not, and why.")
    command("info", _info, "Say what is open: folders, model, counts, versions.")


def _measuring_commands(command: Command) -> None:
    measure = command("eval", _eval, "Measure retrieval, answers and abstention on questions with known answers.")
    measure.add_argument("data", type=Path, help="a folder of sets, one set, or a questions file")
    measure.add_argument("--every", type=int, default=1, metavar="N", help="ask each n-th question of a set only")
    measure.add_argument("--against", type=Path, metavar="FILE", help="compare with a run saved from --json")
    writers = ("extractive", "llm")
    measure.add_argument("--answerer", choices=writers, default="extractive", help="who words the answers")
    fit = command("fit", _fit, "Fit the confidence anew on questions with known answers.")
    fit.add_argument("data", type=Path, help="a folder of sets")
    fit.add_argument("questions", type=Path, help="a file of plain questions to the open library")
    out = Path("build/confidence.toml")
    fit.add_argument("--out", type=Path, default=out, metavar="FILE", help="what is written")
    for sub in (measure, fit):
        scratch = Path("build/eval")
        sub.add_argument("--scratch", type=Path, default=scratch, metavar="DIR", help="where sets are built")


def _library_commands(command: Command) -> None:
    sub = command("new", _new, "Make an empty library of your own.", opens=False)
    sub.add_argument("folder", type=Path, metavar="FOLDER", help="a new folder, or an empty one")
    sub = command("build", _build, "Bring the index in step with the library.")
    sub.add_argument("--force", action="store_true", help="start from nothing")
    sub.add_argument("--watch", action="store_true", help="build again whenever a file changes")
    sub = command(
        "add", _add, "Add files, folders or web pages as sources, or as the full text of a source; then build."
    )
    sub.add_argument("place", nargs="+", metavar="PATH|URL")
    sub.add_argument("--source", metavar="ID", help="the source whose text it is; one that stands there is replaced")
    sub.add_argument("--as-is", action="store_true", help="take what seems to be no text, such as an error page")
    for name in SOURCE_FACTS:
        sub.add_argument(f"--{name}", help=f"{name} of a new source; `rag set` changes that of another")
    sub = command("set", _set, "Change what is told of a source: who published it, and when; then build.")
    sub.add_argument("source", metavar="ID")
    for name in SOURCE_FACTS:
        sub.add_argument(f"--{name}", help=f"its {name}; 'unknown' where nobody knows")
    sub = command(
        "remove", _remove, "Take the texts of a source out of documents/, where they are kept aside; then build."
    )
    sub.add_argument("source", metavar="ID")
    sub = command("sync", _sync, "Fetch the full text of every declared source from its public address; then build.")
    sub.add_argument("--seconds", type=float, metavar="S", help="time for all of it together")
    sub = command("export-index", _export_index, "Publish the index to an engine as it is; nothing is encoded anew.")
    sub.add_argument(
        "url", metavar="URL", help="http://HOST:19530 of Milvus, or a path that ends in .db of Milvus Lite"
    )
    sub = command("doctor", _doctor, "Look for anything wrong with the index, and say what mends it.")
    sub.add_argument("--notes", action="store_true", help="count what the library's notes are made of instead")
    command("rollback", _rollback, "Answer from the generation before the current one; the next build renews it.")


def _serving_commands(command: Command) -> None:
    sub = command("serve", _serve, "Open the chat in the browser's reach.")
    sub.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    sub.add_argument("--port", type=int, metavar="N", help="port to listen on (7860, or the next that is free)")
    sub.add_argument("--auth", metavar="USER:PASSWORD", help="ask one user for a login (`rag user add` is for more)")
    sub.add_argument("--root-path", default="", metavar="PATH", help="path under which a proxy serves it")
    sub.add_argument("--mcp", action="store_true", help="offer the functions as MCP tools too")
    sub.add_argument("--no-sync", action="store_true", help="fetch no full texts on the first start")
    sub.add_argument("--watch", action="store_true", help="rebuild when files of the library change")
    add_user_arguments(command("user", _user, "Say who may sign in to the chat, and who may change the library."))
    sub.add_argument("--log-format", choices=("text", "json"), default="text", help="json: a line of JSON a request")
    sub.add_argument("--log-questions", action="store_true", help="let these lines hold the questions")
    command("feedback", _feedback, "List what readers thought of answers.")


def _settings(options: Options) -> Settings:
    return Settings.load(corpus=options.corpus, **_index(options))


def _open(options: Options) -> Assistant:
    return Assistant.open(options.corpus, **_index(options))


def _index(options: Options) -> dict[str, Any]:
    """What --index names: an engine, or a folder, which is asked for its own files whatever the environment says."""
    if not options.index:
        return {}
    if "://" in options.index or options.index.endswith(".db"):
        return {"index_url": options.index}
    return {"index": options.index, "index_url": ""}


def _filters(options: Options) -> Filters:
    return Filters(tuple(options.source), tuple(options.kind), tuple(options.publisher), options.since, options.until)


def _say(text: str, file: TextIO | None = None) -> None:
    print(rendering.printable(text), file=file, flush=True)


def _show(options: Options, value: Any, text: str) -> None:
    """Print JSON or text, whichever is asked for."""
    _say(rendering.as_json(value) if options.json else text)


def _ask(options: Options) -> None:
    assistant = _open(options)
    answerer = assistant.written if options.llm else None
    if options.llm and answerer is None:
        raise ConfigError("--llm needs a language model; set RAG_LLM_BASE_URL and RAG_LLM_MODEL")
    answer = assistant.ask(options.question, filters=_filters(options), k=options.k, answerer=answerer)
    told = rendering.answer_text(answer) + (f"\n\n{rendering.trace_text(answer)}" if options.trace else "")
    _show(options, wire.answer_json(answer, trace=options.trace), told)


def _search(options: Options) -> None:
    filters = _filters(options)
    passages = _open(options).retrieve(options.question, options.k, filters=filters, read=options.read)
    _show(options, [wire.passage_json(p) for p in passages], rendering.passages_text(passages))


def _sources(options: Options) -> None:
    rows = Library(_settings(options)).sources()
    _show(options, [wire.source_json(row) for row in rows], rendering.sources_text(rows))


def _info(options: Options) -> None:
    info = _open(options).info()
    _show(options, info, rendering.info_text(info))


def _eval(options: Options) -> None:
    against = load_run(options.against) if options.against else {}
    written, settings = options.answerer == "llm", _settings(options)
    results = run(options.data, options.scratch, settings, written=written, every=options.every, progress=_Bar())
    _show(options, results, as_text(results, against))


def _fit(options: Options) -> None:
    options.out.parent.mkdir(parents=True, exist_ok=True)
    settings = _settings(options)
    found = refit(options.data, options.questions, options.scratch, settings, options.out, progress=_Bar())
    _show(options, found, f"{rendering.as_json(found)}\nwritten to {options.out}")


def _build(options: Options) -> int:
    library = Library(_settings(options))
    if options.watch:
        library.watch(
            lambda report: _say(rendering.report_text(report)),
            lambda error: _say(f"rag: {error}", sys.stderr),
            progress=_Bar(),
        )
    return _built(library, options, force=options.force)


def _built(library: Library, options: Options, told: Iterable[str] = (), *, force: bool = False) -> int:
    """Tell what was done, where no JSON is asked for, then build and tell that."""
    for line in told:
        if not options.json:
            _say(line)
    report = library.build(force=force, progress=_Bar())
    Assistant(library.settings, library.embedder).prepare()
    _show(options, asdict(report), rendering.report_text(report))
    return SOME_FAILED if report.failed else 0


def _add(options: Options) -> int:
    library = Library(_settings(options))
    meta = {name: getattr(options, name) for name in SOURCE_FACTS if getattr(options, name)}
    added = []
    for place in options.place:
        try:
            path = library.add(place, source_id=options.source, meta=meta, as_is=options.as_is)
            added.append(f"added {path}")
        except RagError as error:  # one file never keeps the others out
            _say(f"rag: {error}", sys.stderr)
    if not added:
        return 1
    failed = _built(library, options, added)
    return failed if len(added) == len(options.place) else SOME_FAILED


def _new(options: Options) -> None:
    folder = Library.new(options.folder).settings.corpus
    _show(options, {"corpus": str(folder)}, rendering.new_text(folder))


def _set(options: Options) -> int:
    library = Library(_settings(options))
    meta = {name: getattr(options, name) for name in SOURCE_FACTS if getattr(options, name) is not None}
    return _built(library, options, [f"changed {library.set(options.source, meta)}"])


def _remove(options: Options) -> int:
    library = Library(_settings(options))
    return _built(library, options, [f"moved to {library.remove(options.source)}"])


def _sync(options: Options) -> int:
    library = Library(_settings(options))
    report = library.sync(seconds=options.seconds, progress=_Bar())
    _show(options, asdict(report), rendering.sync_text(report))
    built = library.build(progress=_Bar())
    if not options.json:
        _say(rendering.report_text(built))
    return SOME_FAILED if built.failed else 0


def _export_index(options: Options) -> None:
    pointer = Library(_settings(options)).export_index(options.url, progress=_Bar())
    _show(options, asdict(pointer), f"generation {pointer.generation} of {options.url} now answers")


def _doctor(options: Options) -> int:
    library = Library(_settings(options))
    if options.notes:
        report = library.notes_report()
        _show(options, asdict(report), rendering.notes_text(report))
        return 0
    findings = library.doctor()
    _show(options, [asdict(f) for f in findings], rendering.findings_text(findings))
    return 1 if any(f.severity == "error" for f in findings) else 0


def _rollback(options: Options) -> None:
    pointer = Library(_settings(options)).rollback()
    _show(options, asdict(pointer), f"generation {pointer.generation} now answers")


def _serve(options: Options) -> None:
    # The chat is loaded here alone: everything else works without it.
    from rag.interfaces.web.server import ServerOptions, serve

    settings = _settings(options)
    server = ServerOptions(
        options.host,
        options.port,
        served_users(options.auth, settings.corpus),
        options.root_path,
        options.mcp,
        options.watch,
        options.log_format,
        options.log_questions,
    )
    serve(settings, server, announce=_say, sync=not options.no_sync)


def _user(options: Options) -> None:
    _show(options, *run_user(options))


def _feedback(options: Options) -> None:
    rows = feedback.read(_settings(options).index)
    _show(options, rows, rendering.feedback_text(rows))


class _Bar:
    """A progress bar on standard error, one a stage."""

    def __init__(self) -> None:
        self._stage = ""
        self._bar: Any = None

    def __call__(self, stage: str, done: int, total: int) -> None:
        if stage != self._stage:
            from tqdm import tqdm

            self._stage = stage
            self._bar = tqdm(total=total, desc=stage, file=sys.stderr, disable=None)
        self._bar.update(done - self._bar.n)
        if done >= total:
            self._bar.close()


if __name__ == "__main__":
    sys.exit(main())
