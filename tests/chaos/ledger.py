"""The ledger: what was asked of the platform, and what it answered, noted outside of it.

A request stands in the file, on the disk, before it is sent, and its answer before anybody goes on. So whatever dies,
the file says what was promised.
"""

import json
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

ASKED, UNHEARD, PUT_OFF, ANSWERED = "asked", "unheard", "put off", "answered"
"""A request is sent; no answer came; it is to be repeated later; this is its answer."""


@dataclass(frozen=True, slots=True)
class Request:
    """A POST with its Idempotency-Key. `act` says what it does, `subject` to what: a credit code, or a notice."""

    key: str
    act: str
    subject: str
    who: str
    path: str
    body: Any


@dataclass(frozen=True, slots=True)
class Answer:
    """The last word on a request."""

    request: Request
    status: int
    body: Any

    @property
    def accepted(self) -> bool:
        return self.status < 300


class Ledger:
    """An append-only file, each line of which is on the disk before the next thing happens."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._descriptor = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL)

    def close(self) -> None:
        os.close(self._descriptor)

    def ask(self, request: Request) -> None:
        """A request is about to be sent, for the first time."""
        self._note(ASKED, request.key, request=asdict(request))

    def miss(self, key: str, why: str) -> None:
        """No answer came: the platform may have done what was asked, or not."""
        self._note(UNHEARD, key, why=why)

    def put_off(self, key: str, status: int, problem: Any) -> None:
        """The platform says: not now."""
        self._note(PUT_OFF, key, status=status, body=problem)

    def answer(self, key: str, status: int, body: Any) -> None:
        """The platform has answered."""
        self._note(ANSWERED, key, status=status, body=body)

    def answers(self) -> list[Answer]:
        """Every request with its answer, read from the file. Fails where one has none."""
        requests: dict[str, Request] = {}
        answers: dict[str, Answer] = {}
        for line in self._lines():
            if line["what"] == ASKED:
                requests[line["key"]] = Request(**line["request"])
            elif line["what"] == ANSWERED:
                answers[line["key"]] = Answer(requests[line["key"]], line["status"], line["body"])
        assert requests.keys() == answers.keys(), "requests without an answer"
        return list(answers.values())

    def accepted(self, act: str) -> int:
        """How many requests of a kind were accepted."""
        return sum(answer.request.act == act and answer.accepted for answer in self.answers())

    def tries(self) -> Counter[str]:
        """How often what happened: `asked`, `answered`, `unheard`, and by their status the answers to come later."""
        return Counter(str(line["status"]) if line["what"] == PUT_OFF else line["what"] for line in self._lines())

    def put_off_with(self, status: int) -> list[Any]:
        """The problems that came with a status that puts off."""
        return [line["body"] for line in self._lines() if line["what"] == PUT_OFF and line["status"] == status]

    def _note(self, what: str, key: str, **more: Any) -> None:
        line = json.dumps({"what": what, "key": key, **more}, ensure_ascii=False)
        os.write(self._descriptor, line.encode() + b"\n")
        os.fsync(self._descriptor)

    def _lines(self) -> Iterator[dict[str, Any]]:
        with self._file.open(encoding="utf-8") as file:
            yield from map(json.loads, file)
