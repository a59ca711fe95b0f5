"""Whether an error says that the database is down, that a race was lost, or something that must be seen."""

import asyncpg
import pytest
from sqlalchemy.exc import DBAPIError, OperationalError

from shared.runtime.database import database_is_down, lost_a_race, what_was_said


def caused(error: Exception, by: BaseException) -> Exception:
    error.__cause__ = by
    return error


GONE = ConnectionRefusedError("nobody listens\nsecond line")
BUG = KeyError("a fault of ours")
TWICE = KeyError("raised from what it caused")
TWICE.__cause__ = caused(ValueError("while stopping"), TWICE)
DEADLOCK = asyncpg.DeadlockDetectedError("deadlock detected")


@pytest.mark.parametrize(
    ("error", "down", "race"),
    [
        (GONE, True, False),
        (BUG, False, False),
        (DEADLOCK, False, True),
        (TWICE, False, False),
        (caused(ValueError("while reading"), caused(ValueError("while asking"), GONE)), True, False),
        (OperationalError("SELECT 1", {}, asyncpg.AdminShutdownError("stopped")), True, False),
        (OperationalError("SELECT 1", {}, DEADLOCK), False, True),
        (DBAPIError("SELECT 1", {}, Exception("connection was closed"), connection_invalidated=True), True, False),
        (ExceptionGroup("of four who delivered", [GONE, caused(ValueError("while claiming"), GONE)]), True, False),
        (ExceptionGroup("of four who delivered", [GONE, BUG]), False, False),
        (ExceptionGroup("of four who delivered", [BUG, GONE]), False, False),
        (ExceptionGroup("of four who delivered", [DEADLOCK, ExceptionGroup("of two", [DEADLOCK])]), False, True),
        (ExceptionGroup("of four who delivered", [DEADLOCK, GONE]), False, False),
        (caused(ValueError("while delivering"), ExceptionGroup("of two", [GONE, GONE])), True, False),
        (caused(ValueError("while delivering"), ExceptionGroup("of two", [GONE, BUG])), False, False),
    ],
    ids=lambda each: None if isinstance(each, bool) else repr(each),
)
def test_an_error_means_what_each_of_its_parts_means(error, down, race):
    assert (database_is_down(error), lost_a_race(error)) == (down, race)


def test_what_was_said_is_one_line_of_what_went_wrong_first():
    assert what_was_said(caused(ValueError("while asking"), GONE)) == "nobody listens"
    assert what_was_said(ExceptionGroup("of four who delivered", [GONE, GONE])) == "nobody listens"
    assert what_was_said(BUG) == "'a fault of ours'"
    assert what_was_said(TimeoutError()) == "TimeoutError"
