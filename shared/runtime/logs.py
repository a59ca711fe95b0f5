"""Structured logs: one JSON object a line, joined by trace id, without personal data and without secrets.

Nobody logs these on purpose. They come with what libraries say of errors: the row that a constraint refused, the value
that a model did not take, the address with which a connection failed.
"""

import logging
import re
import sys
from collections.abc import Callable, Mapping, MutableMapping
from functools import cache
from typing import Any

import structlog
from stdnum.cn import ric

from shared.runtime.tracing import trace_id, traceparent

GONE = "***"
NAMED = r"(?:password|passwd|secret|token|authorization|cookie|api_?key|session_?key|code_verifier)"
HIDDEN = re.compile(
    rf"{NAMED}s?$|^(?:second_)?(?:contact|signatory|mobile|phone|email)(?:_\w+)?$|_(?:mobile|email)$", re.IGNORECASE
)
"""Names under which there is a secret, or something of a person."""
OURS = frozenset({"timestamp", "level", "logger", "service", "trace_id", "event_id", "event_type"})
SUSPECT = re.compile(r"[@=:(]|(?:(?<!\d)|86[- ]?)1[3-9]\d[- ]?\d{4}|\d{17}|eyJ|[Bb](?:earer|asic)\s")
"""What all that is replaced has in it: most texts are looked at once."""
MOBILE = re.compile(r"(?<![\dA-Za-z])((?:\+?86[- ]?)?1[3-9]\d)[- ]?\d{4}[- ]?(\d{4})(?![\dA-Za-z])")
EMAIL = re.compile(r"([\w.+-])[\w.+-]*@([\w-]+(?:\.[\w-]+)+)")
IDENTITY = re.compile(r"(?<![\dA-Za-z])([1-8]\d{5})\d{8}(\d{3}[\dXx])(?![\dA-Za-z])")

Replacement = str | Callable[[re.Match[str]], str]

SECRETS: tuple[tuple[re.Pattern[str], Replacement], ...] = (
    (re.compile(r"(://[^:/@\s]*):\S+@"), r"\1:***@"),
    (re.compile(r"\beyJ[\w-]+\.[\w-]+(?:\.[\w-]*)*"), GONE),
    (re.compile(r"\b(bearer|basic)\s+[\w.~+/=-]{6,}", re.IGNORECASE), r"\1 ***"),
    (
        re.compile(rf"({NAMED})([\"']?\s*[:=]\s*[\"']?)(?!\*\*\*)(?:(?:bearer|basic)\s+)?[^\s\"'&,;)]+", re.IGNORECASE),
        r"\1\2***",
    ),
)
VALUES: tuple[tuple[re.Pattern[str], Replacement], ...] = (
    (re.compile(r"(Failing row contains ).*"), r"\1***"),
    (re.compile(r"(Key \([^)]*\)=)\(.*?\)(?= |$)", re.MULTILINE), r"\1(***)"),
    (re.compile(r"(for query argument \$\d+: ).*"), r"\1***"),
    (re.compile(r"(input_value=).*?(?=, input_type=)", re.DOTALL), r"\1***"),
)
"""What PostgreSQL, its driver and pydantic repeat of what they were given."""
PERSONS: tuple[tuple[re.Pattern[str], Replacement], ...] = (
    (EMAIL, r"\1***@\2"),
    (IDENTITY, lambda found: f"{found[1]}********{found[2]}" if ric.is_valid(found[0]) else found[0]),
    (MOBILE, r"\1****\2"),
)


def without_secrets(text: str) -> str:
    """`text` without passwords, tokens and keys."""
    return _replaced(text, SECRETS)


def masked(text: str) -> str:
    """`text` without secrets, and with mobile numbers, mail addresses and numbers of identity cards unreadable."""
    return _replaced(text, (*SECRETS, *VALUES, *PERSONS))


def _replaced(text: str, patterns: tuple[tuple[re.Pattern[str], Replacement], ...]) -> str:
    if SUSPECT.search(text) is None:
        return text
    for pattern, replacement in patterns:
        text = pattern.sub(replacement, text)
    return text


def _told(name: str, value: Any) -> Any:
    """A value as it may be logged under this name, with all that is within it."""
    if value is None or isinstance(value, bool | float):
        return value
    if _is_hidden(name):
        return GONE
    if isinstance(value, int):
        return value if (told := masked(str(value))) == str(value) else told
    if isinstance(value, Mapping):
        return {masked(str(key)): _told(str(key), each) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_told("", each) for each in value]
    return masked(value if isinstance(value, str) else repr(value))


@cache
def _is_hidden(name: str) -> bool:
    return HIDDEN.search(name) is not None


def _mask(_: Any, __: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {name: value if name in OURS else _told(name, value) for name, value in entry.items()}


def _trace(_: Any, __: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    if (current := traceparent.get()) is not None:
        entry["trace_id"] = trace_id(current)
    return entry


def configure_logs(service: str, level: str, format_: str) -> None:
    """Send this process's logs, the standard library's among them, to standard error."""
    before: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _trace,
    ]
    last: list[structlog.types.Processor] = (
        [structlog.processors.JSONRenderer(ensure_ascii=False)]
        if format_ == "json"
        else [
            structlog.dev.ConsoleRenderer(
                colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
            ),
        ]
    )
    structlog.configure(
        processors=[*before, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=before,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                _mask,
                *last,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for noisy in ("aio_pika", "aiormq", "httpx", "httpcore", "uvicorn.access", "mail.log", "alembic"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    structlog.contextvars.bind_contextvars(service=service)


def logger(name: str, **bound: Any) -> structlog.stdlib.BoundLogger:
    """The logger of a module."""
    return structlog.stdlib.get_logger(name, **bound)
