"""Reports brought into every state through the API, and every act as it is called."""

from services.changes.vocabulary import Status
from services.cli.tour.forms import change_form
from tests.integration.changes.conftest import DECLARED, FIRM, NAME

WHO, OFFICER, BUREAU = f"firm:{FIRM}", "officer:XM-SM", "bureau"
DEFECTS = [{"field": "/reason", "text": "请说明原因"}, {"field": "/details/new_name", "text": "与登记不一致"}]
RETURNED = {"defects": DEFECTS}
OPINION = {"meets_criteria": True, "opinion": "仍符合认定标准"}


def rename(happened_on="2026-05-08", new="厦门示例新名有限公司"):
    return change_form(FIRM, happened_on, old=NAME, new=new)


LATE = "2026-01-08"
"""The day of a change that is reported late at the time at which these tests happen."""


def decision(**outcomes):
    return {
        "decisions": [{"certification_id": key, "outcome": value, "reason": "核实"} for key, value in outcomes.items()]
    }


async def drafted(it, form=None):
    answer = await it.call(WHO, "POST", "", form or rename())
    assert answer.status_code == 201, answer.text
    return answer.json()


async def done(it, who, report_id, act, body=None):
    answer = await it.call(who, "POST", f"/{report_id}/{act}", body)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def brought_to(it, status, form=None, *, by=OFFICER):
    """A report in that state; a returned one was returned by the officer `by`."""
    report = await drafted(it, form)
    id_ = report["id"]
    if status != Status.DRAFT:
        report = await done(it, WHO, id_, "submission", DECLARED)
    if status == Status.WITHDRAWN:
        return await done(it, WHO, id_, "withdrawal", {"reason": "填报有误"})
    if status in (Status.OPINION_GIVEN, Status.REFERRED, Status.DECIDED) or (
        status == Status.RETURNED and by == BUREAU
    ):
        report = await done(it, OFFICER, id_, "opinion", OPINION)
    if status == Status.RETURNED:
        return await done(it, by, id_, "return", RETURNED)
    if status in (Status.REFERRED, Status.DECIDED):
        giant = "referred" if status == Status.REFERRED else "retained"
        return await done(it, BUREAU, id_, "decision", decision(**{it.giant: giant, it.specialized: "retained"}))
    return report
