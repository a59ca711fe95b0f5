"""Who wants to be told of what."""

from datetime import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from pydantic import ValidationError

import services.notifier
from services.notifier.domain import second_address, wanting
from services.notifier.settings import NotifierSettings
from services.notifier.vocabulary import REMINDERS, TO_OFFICERS, Kind

BUREAU = "XM-GXJ"
TEMPLATES = Path(services.notifier.__file__).parent / "templates"


def wants(authority="XM-SM", email="a@officer.example", duties=None, kinds=None, delivery="at_once"):
    return SimpleNamespace(authority=authority, email=email, duties=duties, kinds=kinds, delivery=delivery)


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_officers_can_subscribe_to_exactly_what_is_written_for_them(language):
    written = {path.stem for path in (TEMPLATES / language / "officers").iterdir()}
    assert written - {"digest"} == TO_OFFICERS.keys() - set(REMINDERS.values())
    assert set(REMINDERS.values()) <= TO_OFFICERS.keys()


@pytest.mark.parametrize(
    ("subscription", "office", "kind", "told"),
    [
        (wants(), "XM-SM", Kind.UPDATE_DUE, True),
        (wants(), "XM-HL", Kind.UPDATE_DUE, False),
        (wants(), BUREAU, Kind.REVIEW_OBJECTED, False),
        (wants(BUREAU), "XM-HL", Kind.UPDATE_DUE, True),
        (wants(BUREAU), BUREAU, Kind.REVIEW_OBJECTED, True),
        (wants(duties=["review"]), "XM-SM", Kind.REVIEW_SUBMITTED, True),
        (wants(duties=["review"]), "XM-SM", Kind.REVIEW_WINDOW, True),
        (wants(duties=["review"]), "XM-SM", Kind.UPDATE_DUE, False),
        (wants(duties=["update", "change_report"]), "XM-SM", Kind.CHANGE_RESUBMITTED, True),
        (wants(kinds=["change_submitted"]), "XM-SM", Kind.CHANGE_SUBMITTED, True),
        (wants(kinds=["change_submitted"]), "XM-SM", Kind.CHANGE_RESUBMITTED, False),
        (wants(duties=["review"], kinds=["review_objected"]), "XM-SM", Kind.REVIEW_SUBMITTED, False),
    ],
)
def test_a_subscription_is_to_its_office_and_to_what_it_names(subscription, office, kind, told):
    assert wanting([subscription], office, BUREAU, kind) == ([subscription] if told else [])


def test_what_belongs_to_no_one_duty_is_told_whichever_duties_are_named(monkeypatch):
    monkeypatch.setitem(TO_OFFICERS, Kind.CERTIFICATION_EXPIRED, None)
    narrowed = [wants(duties=["update"]), wants(email="b@officer.example", kinds=["update_due"])]
    assert wanting(narrowed, "XM-SM", BUREAU, Kind.CERTIFICATION_EXPIRED) == narrowed[:1]


def test_an_address_that_several_subscriptions_name_is_told_once_and_at_once_where_one_says_so():
    daily, soon, late = wants(delivery="daily"), wants(BUREAU, "A@officer.example"), wants(BUREAU)
    other = wants(email="b@officer.example", delivery="daily")
    assert wanting([daily, soon, late, other], "XM-SM", BUREAU, Kind.UPDATE_DUE) == [soon, other]


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("a@firm.example", "b@firm.example", "b@firm.example"),
        ("a@firm.example", "A@Firm.example", None),
        ("a@firm.example", None, None),
        (None, "b@firm.example", "b@firm.example"),
    ],
)
def test_a_second_contact_with_the_first_ones_address_gets_no_mail_of_its_own(first, second, expected):
    assert second_address(SimpleNamespace(contact_email=first, second_email=second)) == expected


def settings(**given):
    url = "postgresql+asyncpg://nobody@127.0.0.1/none"
    return NotifierSettings(env="test", database_url=url, auth_issuer="https://login.test", **given)


def test_hours_are_times_of_day_in_shanghai():
    assert settings(quiet_from="21:30").quiet_from == time(21, 30)
    for wrong in ("21:30Z", "25:00", "evening"):
        with pytest.raises(ValidationError):
            settings(digest_at=wrong)
