"""The buttons of a firm's to-do list, and the links of the mails that remind of the same."""

import pytest

from services.notifier.mail import links
from services.notifier.vocabulary import REMINDERS
from services.portal.pages.home.firm import ACTIONS, action
from shared.regulation import Duty

FACTS = [
    ("update", {}),
    ("change_report", {"report_id": "r1"}),
    ("change_report", {"occurrence_id": "o1"}),
    ("change_report", {"report_id": "r1", "occurrence_id": "o1"}),
    ("review", {"certification_id": "c1"}),
    ("returned_case", {"review_id": "v1"}),
    ("returned_case", {"report_id": "r1"}),
]


@pytest.mark.parametrize(("duty", "facts"), FACTS)
def test_a_button_leads_where_the_mail_leads(duty, facts):
    found = action({"duty": duty, "year": 2026, "can_act": True, "facts": facts})
    assert found is not None
    assert found[0] == links.path(REMINDERS[Duty(duty)], "firm", {"year": 2026, **facts})


def test_every_duty_has_a_button_and_only_while_it_can_be_done():
    assert set(ACTIONS) == set(Duty)
    assert action({"duty": "update", "year": 2027, "can_act": False, "facts": {}}) is None
