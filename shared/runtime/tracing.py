"""The W3C trace context that joins what one request caused, across services, messages and logs."""

import re
import secrets
from contextvars import ContextVar

TRACEPARENT = re.compile(r"^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$")

traceparent: ContextVar[str | None] = ContextVar("traceparent", default=None)


def continued(incoming: str | None) -> str:
    """A new span in the trace that `incoming` names, or in a new trace where it names none."""
    match = TRACEPARENT.match(incoming or "")
    trace = match[1] if match and match[1].strip("0") else secrets.token_hex(16)
    return f"00-{trace}-{secrets.token_hex(8)}-{match[3] if match else '01'}"


def trace_id(value: str) -> str:
    """The trace's id, by which logs are joined."""
    return value.split("-")[1]
