"""Where the button of each mail leads, and which mails stand together."""

from uuid import UUID

import pytest

from services.notifier.mail import links
from services.notifier.mail.samples import CODE, catalogue, sample
from services.notifier.mail.threads import thread
from services.notifier.vocabulary import Audience, Kind
from shared.regulation import Regulation

REGULATION = Regulation.load("xiamen-2023")
REPORT, OCCURRENCE, REVIEW, TITLE = (str(UUID(int=n)) for n in (8, 9, 10, 11))


def message(kind, audience="firm", stage="", **facts):
    return sample(REGULATION, Kind(kind), Audience(audience), stage, **facts).item.message


def page(*args, **facts):
    told = message(*args, **facts)
    return links.path(told.kind, told.audience, told.facts)


@pytest.mark.parametrize(
    ("kind", "audience", "leads_to"),
    [
        ("update_due", "firm", "/update/2026"),
        ("update_received", "firm", "/update/2026"),
        ("change_report_due", "firm", f"/changes/new?occurrence={OCCURRENCE}"),
        ("occurrence_recorded", "firm", f"/changes/new?occurrence={OCCURRENCE}"),
        ("change_returned", "firm", f"/changes/{REPORT}"),
        ("review_window", "firm", f"/certifications/{TITLE}"),
        ("review_refused", "firm", f"/certifications/{TITLE}"),
        ("eligibility_revoked", "firm", f"/certifications/{TITLE}"),
        ("returned_case_due", "firm", f"/reviews/{REVIEW}"),
        ("review_decided", "firm", f"/reviews/{REVIEW}"),
        ("delegation_granted", "firm", "/messages"),
        ("occurrence_dismissed", "firm", "/messages"),
        ("update_due", "officers", "/officers/firms?duty=update&due=2026-04-30"),
        ("change_submitted", "officers", f"/officers/changes/{REPORT}"),
        ("review_objected", "officers", f"/officers/reviews/{REVIEW}"),
        ("firm_unreached", "officers", "/officers/follow_ups"),
        ("firm_unanswered", "officers", "/officers/follow_ups"),
    ],
)
def test_a_mail_leads_to_the_page_where_its_thing_is_dealt_with(kind, audience, leads_to):
    assert page(kind, audience) == leads_to


def test_a_draft_of_a_recorded_change_is_gone_on_with():
    assert page("change_report_due", report_id=REPORT) == f"/changes/{REPORT}"


def test_what_has_lost_its_id_leads_to_the_list_of_such_things():
    told = message("review_decided").facts
    del told["review_id"]
    assert links.path("review_decided", "firm", told) == "/reviews"
    assert links.path("update_due", "officers", {}) == "/officers/firms"
    assert links.path("update_due", "firm", {}) == "/update"


def test_no_id_leaves_its_place_in_the_address():
    assert page("review_decided", review_id="../../login?x=/#") == "/reviews/..%2F..%2Flogin%3Fx%3D%2F%23"


def test_every_kind_has_a_page_and_a_conversation():
    for kind, audience in catalogue():
        told = message(kind, audience)
        assert links.path(told.kind, told.audience, told.facts).startswith("/")
        assert thread(told).isascii()


@pytest.mark.parametrize(
    ("kinds", "conversation"),
    [
        (["update_due", "update_received"], f"update.{CODE}.2026"),
        (
            ["review_window", "review_submitted", "review_returned", "returned_case_due", "review_decided"],
            f"review.{TITLE}",
        ),
        (["change_submitted", "change_returned", "change_decided", "change_sanctioned"], f"change.{REPORT}"),
        (["occurrence_recorded", "change_report_due", "occurrence_dismissed"], f"change.{OCCURRENCE}"),
        (["certification_granted", "eligibility_revoked", "certification_extended"], f"title.{TITLE}"),
    ],
)
def test_what_belongs_to_one_duty_case_or_title_stands_together(kinds, conversation):
    for stage in ("7", "overdue"):
        assert {thread(message(kind, stage=stage)) for kind in kinds} == {conversation}


def test_the_lists_of_officers_stand_together_by_office_duty_and_day():
    assert thread(message("update_due", "officers", "7")) == "update.XM-SM.2026-04-30"
    assert thread(message("firm_unreached", "officers")) == f"firm.{CODE}"
