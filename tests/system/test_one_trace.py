"""One submission, from the click to the mail, is one trace over every process that takes part."""

import html
import os
import re
from collections import Counter
from pathlib import Path

import httpx
import pytest

from services.cli.tour.forms import update_form
from tests.infrastructure.collector import Collector
from tests.infrastructure.platform import platform_apart
from tests.infrastructure.waterfall import svg
from tests.system.conftest import City, eventually

SUBMISSION = "POST /api/v1/enterprises/{credit_code}/updates"
HOPS = {
    ("portal", "POST /update/{year}/check"): ("gateway", "POST"),
    ("profile", SUBMISSION): ("gateway", "POST"),
    ("profile", "transaction"): ("profile", SUBMISSION),
    ("profile", "publish peiyu.events"): ("profile", "transaction"),
    ("reviews", "process peiyu.reviews"): ("profile", "transaction"),
    ("changes", "process peiyu.changes"): ("profile", "transaction"),
    ("notifier", "process peiyu.notifier"): ("profile", "transaction"),
    ("notifier", "transaction"): ("notifier", "process peiyu.notifier"),
    ("notifier", "settle obligations"): ("notifier", "transaction"),
    ("notifier", "write mail"): ("notifier", "transaction"),
    ("notifier", "send mail"): ("notifier", "write mail"),
}
"""What must be there of the trace, and below what."""


@pytest.fixture
def traced(scratch, broker, database_url, mail):
    collector = Collector()
    with platform_apart(scratch / "traced", broker.new_vhost(), database_url, mail, collector=collector) as platform:
        city = City(platform)
        yield city, collector
        city.http.close()
    collector.shutdown()


def fields(page):
    """The hidden fields of a page's form."""
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page)
    return {name: html.unescape(value) for name, value in found}


def click(city, code):
    """Log in at the portal as a firm, and submit the update that it has drafted."""
    account, draft = f"firm:{code}", update_form(code, 2026)
    path = f"/api/v1/enterprises/{code}/update_drafts/2026"
    city.http.put(path, json=draft, headers=city.headers(account)).raise_for_status()
    with httpx.Client(base_url=city.platform.url, timeout=60, trust_env=False, follow_redirects=True) as browser:
        asked = browser.get("/session/start").raise_for_status()
        here = asked.url.copy_with(query=None)
        home = browser.post(here, data=fields(asked.text) | {"account": account})
        assert home.is_success, home.text
        form = fields(browser.get("/update/2026/check").raise_for_status().text)
        declared = {"declaration.accepted": "true", "declaration.signatory": "陈建国"}
        answer = browser.post("/update/2026/check", data=form | declared, follow_redirects=False)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/update/2026/done"), answer.text
    return answer.headers["X-Request-Id"]


def test_one_submission_is_one_trace_from_the_click_to_the_mail(traced):
    city, collector = traced
    city.at("2026-04-20T10:00:00+08:00")
    code, _ = city.firm()
    request = click(city, code)

    def whole():
        entrances = [each for each in list(collector.spans) if each.attributes.get("guid:x-request-id") == request]
        spans = collector.of(entrances[0].trace) if entrances else []
        return spans if {name for _, name in HOPS} <= {span.name for span in spans} else None

    spans = eventually(whole)
    by_id = {span.id: span for span in spans}
    found = {
        (span.service, span.name, up.service, up.name) for span in spans if span.parent and (up := by_id[span.parent])
    }
    assert {(*hop, *below) for hop, below in HOPS.items()} <= found
    assert Counter(span.parent is None for span in spans)[True] == 1
    assert not [span for span in spans if span.failed]
    assert all(span.start >= by_id[span.parent].start for span in spans if span.parent)
    told = repr([span.attributes for span in spans])
    assert not [each for each in ("林海燕", "13959201234", "@firm.example", "陈建国") if each in told]
    if "PEIYU_TRACE" in os.environ:
        Path(os.environ["PEIYU_TRACE"]).write_text(svg(spans, "信息更新: one click, from the gateway to the mail"))
