"""Written answers from any OpenAI-compatible model, every claim checked before it is cited."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence

from rag.errors import AnswererError, ContextOverflowError
from rag.records import Document, Passage, Turn
from rag.text.folding import fold
from rag.text.names import names
from rag.text.words import brief_sentences, stems
from rag.verification.claims import coverage, unsupported
from rag.writing.answerer import Written
from rag.writing.budget import count_tokens
from rag.writing.checking import Verdict, check_claim
from rag.writing.endpoint import Client, Endpoint
from rag.writing.prompts import NO_ANSWER, Prompt, about_line, rewrite_prompt, write_prompt
from rag.writing.protocol import Claim, Mark, StreamParser
from rag.writing.thinking import Listener, answer_of

MAX_SENTENCES = 16
"""Sentences after which an answer is ended."""
LEAST_CONTEXT = 100
"""Tokens of passages below which a model is not asked again."""
MAX_QUESTION = 300
"""Characters of a rewritten question; a longer one is no question."""

_POINTING = re.compile(r"\b(?:it|its|they|them|their|that|this|these|those|he|she|his|her|there|one|ones|what about)\b")
_ABOUT_ITSELF = re.compile(
    r"(?i)(?:the|this|your|that) (?:questions?|prompt|users?|passages? (?:do|does)|answers?)\b"
    r"|(?:as an? |i am |i'm )(?:ai|assistant|language model)"
    r"|(?:i|we) (?:can|cannot|could|do|will|am|have)\b|here (?:is|are)\b|sure\b"
)
"""How a model opens a sentence about itself or its task, which is no answer."""
_TAG = re.compile(r"(?i)\b(?:question|passage)-[a-z]{2}\d[a-z]")
_WRAPPING = ' \n"\u201c\u201d*'
_ASKING = re.compile(r"\b(?:why|when|where|who|whom|whose|how|which|what)\b")


class GenerativeAnswerer:
    """Answers through a language model; each sentence is checked against the stored text.

    One object serves many threads: it keeps nothing between questions.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        client: Client | None = None,
        choose: Callable[[Sequence[str]], str] = secrets.choice,
        count: Callable[[str], int] = count_tokens,
    ) -> None:
        self.endpoint = endpoint
        self.name = endpoint.model
        self._client = client or Client(endpoint)
        self._choose = choose
        self._count = count

    def stream(
        self, question: str, passages: Sequence[Passage], documents: Mapping[str, Document]
    ) -> Iterator[Written]:
        """Yield the model's answer each time that a sentence of it is finished and checked.

        Raises:
            AnswererError: the model failed, said nothing usable or that the passages do
                not answer, or nothing that it said is supported.
        """
        for verdicts, told in self.verdicts(question, passages, documents):
            yield Written(tuple(verdict.sentence for verdict in verdicts), told)

    def verdicts(
        self, question: str, passages: Sequence[Passage], documents: Mapping[str, Document]
    ) -> Iterator[tuple[list[Verdict], tuple[str, ...]]]:
        """Yield what :meth:`stream` yields, each sentence with the reasons why it is not supported.

        Where the prompt is longer than the model's context, it is asked again with half
        of the passages, and that is told.
        """
        budget = self.endpoint.context_tokens
        told: tuple[str, ...] = ()
        while True:
            prompt = write_prompt(question, passages, budget=budget, count=self._count, choose=self._choose)
            try:
                for verdicts in self._checked(prompt, question, documents):
                    yield verdicts, told
            except ContextOverflowError:
                budget //= 2
                if budget < LEAST_CONTEXT:
                    raise
                told = (f"The passages did not fit into the model's context; it was shown {budget} tokens of them.",)
            else:
                return

    def _checked(self, prompt: Prompt, question: str, documents: Mapping[str, Document]) -> Iterator[list[Verdict]]:
        """Yield the verdicts on the sentences so far, each time that they are others."""
        known: dict[Claim, Verdict] = {}
        verdicts: list[Verdict] = []
        for claims in self._claims(prompt, question):
            wanted: dict[str, Claim] = {}
            for claim in claims:
                if not _says_nothing(claim.text, question):
                    wanted.setdefault(fold(claim.text).text, claim)
            kept = list(wanted.values())[:MAX_SENTENCES]
            known |= {c: check_claim(c, prompt.passages, documents) for c in kept if c not in known}
            before, verdicts = verdicts, [known[claim] for claim in kept]
            if verdicts != before:
                yield verdicts
            if len(verdicts) == MAX_SENTENCES:
                break
        where = f"the model {self.name!r} at {self.endpoint.base_url}"
        if not verdicts:
            raise AnswererError(f"{where} said nothing usable")
        if not any(verdict.sentence.status == "supported" for verdict in verdicts):
            raise AnswererError(f"nothing that {where} said is supported by the passages (sentences: {len(verdicts)})")

    def _claims(self, prompt: Prompt, question: str) -> Iterator[list[Claim]]:
        """Yield the claims so far; they begin anew where what was read turns out to be thinking."""
        about = [f"{p.heading}\n{p.source.title}\n{about_line(p)}" for p in prompt.passages.values()]
        echoes = "\n".join([prompt.messages[0]["content"], question, *about])
        listener, parser, heard = Listener(), StreamParser(prompt.passages, echoes), ""
        claims: list[Claim] = []
        cut = full = spoke = False
        for piece in self._client.stream(prompt.messages):
            cut, spoke = cut or piece.cut, spoke or bool(piece.text)
            answer = listener.hear(piece.text)
            if not answer.startswith(heard):
                parser, heard, claims = StreamParser(prompt.passages, echoes), "", []
            found = parser.feed(answer[len(heard) :])
            heard = answer
            claims += found
            if found:
                yield [part for claim in claims for part in split_claim(claim)]
            repeats = len(claims) > 3 and len({claim.text for claim in claims[-3:]}) == 1
            full = parser.full or listener.full or repeats
            if full:
                break
        claims += parser.close(cut=cut or full)
        if cut and spoke and not claims:
            raise AnswererError(
                f"the model {self.name!r} at {self.endpoint.base_url} was stopped before it had answered; "
                "raise llm_answer_tokens"
            )
        yield [part for claim in claims for part in split_claim(claim)]

    def rewrite(self, question: str, history: Sequence[Turn]) -> str:
        """Complete a follow-up question from the conversation through the model.

        The model's version is taken only if it is one short line, keeps what the
        question asks, was not asked before, and brings in no name, number or subject
        that the conversation does not hold.

        Raises:
            AnswererError: the model failed, or its version is not taken.
        """
        text = ""
        for piece in self._client.stream(rewrite_prompt(question, history), answer_tokens=96):
            text += piece.text
            if len(text) > 4 * MAX_QUESTION:
                break
        text = answer_of(text)[0].strip(_WRAPPING)
        text = re.sub(r"(?i)^(?:(?:rewritten|last) )?(?:q|question)\s*:\s*", "", text).strip(_WRAPPING)
        if not _is_rewrite(text, question, history):
            raise AnswererError(f"the model {self.name!r} made no question of {question!r} that stands alone")
        return text


def _is_rewrite(text: str, question: str, history: Sequence[Turn]) -> bool:
    """Return whether *text* asks what *question* asks, with words of the conversation only."""
    if not text or "\n" in text or len(text) > MAX_QUESTION or "<" in text:
        return False
    if question.rstrip().endswith("?") and not text.endswith(("?", "\uff1f")):
        return False
    folded = fold(text).text
    if folded in {fold(asked).text for asked in (question, *(turn.question for turn in history))}:
        return False
    plain = _POINTING.sub(" ", fold(question).text)
    wanted = set(_ASKING.findall(plain))
    if wanted and not wanted & set(_ASKING.findall(folded)):
        return False
    said = "\n".join([question, *(f"{turn.question}\n{turn.answer}" for turn in history)])
    if coverage(text, said) < 0.99 or any(name not in said for name in names(text)):
        return False
    if any(reason.startswith(("number", "date", "name", "unit")) for reason in unsupported(text, said)):
        return False
    kept = stems(plain)
    return not kept or len(kept & stems(folded)) * 3 >= len(kept) * 2


def split_claim(claim: Claim) -> Iterator[Claim]:
    """Split a claim of several sentences; earlier ones keep its ids, the last its quotes too."""
    bare = tuple(dict.fromkeys(Mark(mark.id, "") for mark in claim.marks))
    *earlier, last = brief_sentences(claim.text)
    yield from (Claim(sentence, bare) for sentence in earlier)
    yield Claim(last, claim.marks)


def _says_nothing(text: str, question: str) -> bool:
    """Return whether a sentence is the agreed refusal, the question again, a heading, or a mere lead-in."""
    folded = fold(text).text.strip("\"'. !")
    if folded.startswith(fold(NO_ANSWER).text) or folded == fold(question).text.strip("\"'. !"):
        return True
    end = text.rstrip()[-1:]
    heading = " > " in text and end not in (".", "!")
    return heading or end in (":", "?") or bool(_ABOUT_ITSELF.match(text) or _TAG.search(text))
