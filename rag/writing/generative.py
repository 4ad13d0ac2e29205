"""Written answers from any OpenAI-compatible model, every claim checked before it is cited."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence

from rag.errors import AnswererError
from rag.records import AnswerSentence, Document, Passage, Turn
from rag.text.folding import fold
from rag.text.names import names
from rag.text.words import brief_sentences, stems
from rag.verification.claims import coverage, unsupported
from rag.writing.budget import count_tokens
from rag.writing.checking import Verdict, check_claim
from rag.writing.endpoint import Client, Endpoint
from rag.writing.prompts import NO_ANSWER, Prompt, about_line, rewrite_prompt, write_prompt
from rag.writing.protocol import Claim, Mark, StreamParser

MAX_SENTENCES = 16
"""Sentences after which an answer is ended."""
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
    ) -> Iterator[AnswerSentence]:
        """Yield each sentence of the model's answer as soon as it is finished and checked.

        Raises:
            AnswererError: the model failed, said nothing usable or that the passages do
                not answer, or nothing that it said is supported.
        """
        for verdict in self.verdicts(question, passages, documents):
            yield verdict.sentence

    def verdicts(
        self, question: str, passages: Sequence[Passage], documents: Mapping[str, Document]
    ) -> Iterator[Verdict]:
        """Yield what :meth:`stream` yields, each with the reasons why it is not supported."""
        budget = self.endpoint.context_tokens
        prompt = write_prompt(question, passages, budget=budget, count=self._count, choose=self._choose)
        seen: set[str] = set()
        supported = total = 0
        for claim in self._claims(prompt, question):
            key = fold(claim.text).text
            if key in seen or _says_nothing(claim.text, question):
                continue
            seen.add(key)
            verdict = check_claim(claim, prompt.passages, documents)
            total += 1
            supported += verdict.sentence.status == "supported"
            yield verdict
            if total >= MAX_SENTENCES:
                break
        where = f"the model {self.name!r} at {self.endpoint.base_url}"
        if not total:
            raise AnswererError(f"{where} said nothing usable")
        if not supported:
            raise AnswererError(f"nothing that {where} said is supported by the passages (sentences: {total})")

    def _claims(self, prompt: Prompt, question: str) -> Iterator[Claim]:
        about = [f"{p.heading}\n{p.source.title}\n{about_line(p)}" for p in prompt.passages.values()]
        parser = StreamParser(prompt.passages, "\n".join([prompt.messages[0]["content"], question, *about]))
        cut = False
        repeated: list[str] = []
        for piece in self._client.stream(prompt.messages):
            cut = cut or piece.cut
            for claim in parser.feed(piece.text):
                repeated.append(claim.text)
                yield from split_claim(claim)
            if parser.full or (len(repeated) > 3 and len(set(repeated[-3:])) == 1):
                cut = True
                break
        for claim in parser.close(cut=cut):
            yield from split_claim(claim)

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
        text = re.sub(r"(?is)<think>.*?</think>", "", text).strip(_WRAPPING)
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
