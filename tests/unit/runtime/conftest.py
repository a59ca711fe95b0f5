"""What tests of the runtime share."""

import logging

import pytest
import structlog


@pytest.fixture
def logs_put_back():
    """Logs may be configured anew; afterwards they are as the other tests have them."""
    root = logging.getLogger()
    handlers, level, former = root.handlers[:], root.level, structlog.get_config()
    yield
    root.handlers = handlers
    root.setLevel(level)
    structlog.configure(**former)
    structlog.contextvars.clear_contextvars()
