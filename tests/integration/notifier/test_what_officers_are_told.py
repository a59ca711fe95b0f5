"""What officers are told, and when: at once or once a working day, not at night or on a day off, but on a last day."""

from contextlib import asynccontextmanager

import pytest

from shared.contracts import ChangeSubmitted, ReviewSubmitted
from tests.integration.notifier.conftest import Firm
from tests.integration.reviews.test_sweeps_cost_what_a_page_costs import counted

OFFICE = "xm-sm@authority.example"
SOON, DAILY = "soon@officer.example", "daily@officer.example"


@pytest.fixture
def city(notifier, authorization):
    """A notifier that keeps quiet hours: `it.subscribe(…)`, and `it.tell(firms…)` of reports that were submitted."""

    @asynccontextmanager
    async def start(now, **settings):
        async with notifier(now, **{"quiet_from": "20:00", "quiet_to": "08:00"} | settings) as it:

            async def subscribe(email, who="officer:XM-SM", **wanted):
                return await call("POST", "", {"email": email} | wanted, who)

            async def call(method, path, body=None, who="bureau", **headers):
                url = f"/api/v1/subscriptions{path}"
                answer = await it.http.request(method, url, json=body, headers=authorization(who) | headers)
                assert answer.is_success, answer.text
                return answer.json() if answer.content else None

            async def tell(*firms):
                await it.hear(
                    *(each for firm in firms for each in (firm.registered(), firm.report(ChangeSubmitted, 2)))
                )
                await it.post()

            async def at(text, *addresses):
                """How many mails each address has after everything has been done at an instant."""
                await it.day(text)
                return [len(it.mail.sent_to(address)) for address in addresses]

            it.subscribe, it.call, it.tell, it.at = subscribe, call, tell, at
            yield it

    return start


async def standing(it, subscription):
    """What waits for a subscriber or went out, the oldest first."""
    sql = "SELECT kind, state, reason FROM messages WHERE mailbox = 'subscription:{}' ORDER BY id"
    return await it.rows(sql.format(subscription["id"]))


def text_of(mail):
    return mail.get_body(("plain",)).get_content()


async def test_at_once_is_at_any_hour_of_a_working_day_and_daily_once_each_working_day(city):
    firms = [Firm() for _ in range(4)]
    async with city("2026-04-29T10:00") as it:
        await it.subscribe(SOON)
        daily = await it.subscribe(DAILY, delivery="daily", language="en", name="Li Ming")
        await it.tell(firms[0])
        assert await it.at("2026-04-29T10:01", OFFICE, SOON, DAILY) == [1, 1, 0]
        assert await standing(it, daily) == [("change_submitted", "queued", "quiet_hours")]
        assert await it.at("2026-04-30T08:59", OFFICE, SOON, DAILY) == [1, 1, 0]
        assert await it.at("2026-04-30T09:00", OFFICE, SOON, DAILY) == [1, 1, 1]
        it.move("2026-04-30T19:59")
        await it.tell(firms[1])
        for firm, day in zip(firms[2:], ("2026-05-02T12:00", "2026-05-05T23:00"), strict=True):
            it.move(day)
            await it.tell(firm)
        assert await it.at("2026-05-06T07:59", OFFICE, SOON, DAILY) == [2, 2, 1]
        assert await it.at("2026-05-06T08:00", OFFICE, SOON, DAILY) == [3, 3, 1]
        assert await it.at("2026-05-06T09:00", OFFICE, SOON, DAILY) == [3, 3, 2]
        assert await it.at("2026-05-07T12:00", OFFICE, SOON, DAILY) == [3, 3, 2]
        for mail in (it.mail.sent_to(SOON)[-1], it.mail.sent_to(OFFICE)[-1]):
            assert [firm.name in text_of(mail) for firm in firms] == [False, False, True, True]
        digest = it.mail.sent_to(DAILY)[-1]
        assert [firm.name in text_of(digest) for firm in firms] == [False, True, True, True]
        assert text_of(digest).startswith("Dear Li Ming")
        assert {state for _, state, _ in await standing(it, daily)} == {"sent"}


async def test_an_adjusted_working_saturday_is_a_working_day(city):
    firms = [Firm() for _ in range(2)]
    async with city("2026-05-08T20:30") as it:
        await it.subscribe(SOON)
        await it.subscribe(DAILY, delivery="daily")
        await it.tell(firms[0])
        assert await it.at("2026-05-09T07:59", SOON, DAILY) == [0, 0]
        assert await it.at("2026-05-09T09:00", SOON, DAILY) == [1, 1]
        it.move("2026-05-09T09:30")
        await it.tell(firms[1])
        assert await it.at("2026-05-10T12:00", SOON, DAILY) == [2, 1]
        assert await it.at("2026-05-11T09:00", SOON, DAILY) == [2, 2]


async def test_on_a_last_day_nothing_of_it_is_held_back(city):
    firm, other = Firm(), Firm()
    async with city("2026-04-22T10:00") as it:
        await it.subscribe(SOON)
        await it.subscribe(DAILY, delivery="daily")
        await it.hear(firm.registered(), firm.granted())
        await it.at("2026-04-28T12:00")
        it.mail.clear()
        assert await it.at("2026-04-29T00:01", firm.email, OFFICE, SOON, DAILY) == [1, 0, 0, 0]
        assert await it.at("2026-04-29T08:00", firm.email, OFFICE, SOON, DAILY) == [1, 1, 1, 0]
        assert await it.at("2026-04-29T09:00", firm.email, OFFICE, SOON, DAILY) == [1, 1, 1, 1]
        it.move("2026-04-29T22:00")
        await it.tell(other)
        assert await it.at("2026-04-30T00:01", firm.email, OFFICE, SOON, DAILY) == [2, 2, 2, 2]
        for address in (OFFICE, SOON, DAILY):
            last = text_of(it.mail.sent_to(address)[-1])
            assert firm.name in last
            assert other.name not in last
        assert await it.at("2026-04-30T09:00", OFFICE, SOON, DAILY) == [3, 3, 3]


async def test_what_waits_over_a_holiday_is_sent_when_its_last_day_comes(city):
    firm = Firm()
    async with city("2026-04-30T21:00") as it:
        await it.subscribe(DAILY, delivery="daily")
        await it.hear(firm.registered(), firm.granted(window_opens="2026-04-05", window_closes="2026-05-04"))
        await it.at("2026-04-30T21:01")
        it.mail.clear()
        assert await it.at("2026-05-03T23:59", OFFICE, DAILY) == [0, 0]
        assert await it.at("2026-05-04T00:00", OFFICE, DAILY) == [1, 1]


async def test_a_subscription_is_narrowed_to_duties_and_kinds(city):
    firm = Firm()
    async with city("2026-04-23T10:00") as it:
        reviews = await it.subscribe("reviews@officer.example", duties=["review"])
        lists = await it.subscribe("lists@officer.example", kinds=["update_due"])
        elsewhere = await it.subscribe("hl@officer.example", "officer:XM-HL")
        await it.hear(
            firm.registered(),
            firm.granted(),
            firm.report(ChangeSubmitted, 2),
            firm.review(ReviewSubmitted, at="2026-04-23T10:00"),
        )
        await it.day("2026-04-23T10:01")
        assert await standing(it, reviews) == [("review_submitted", "sent", None)]
        assert await standing(it, lists) == [("update_due", "sent", None)]
        assert await standing(it, elsewhere) == []
        assert firm.name in text_of(it.mail.sent_to("lists@officer.example")[0])


async def test_what_waited_for_one_that_ended_is_not_sent_and_nothing_more_is_written(city):
    firms = Firm(), Firm()
    async with city("2026-04-22T21:00") as it:
        subscription = await it.subscribe(SOON)
        await it.tell(firms[0])
        await it.call("DELETE", f"/{subscription['id']}", **{"If-Match": '"1"'})
        await it.post()
        assert await standing(it, subscription) == [("change_submitted", "suppressed", "unsubscribed")]
        await it.tell(firms[1])
        assert await it.at("2026-04-23T10:00", OFFICE, SOON) == [1, 0]
        assert len(await standing(it, subscription)) == 1


async def test_what_waits_goes_out_as_the_subscription_says_now(city):
    firm = Firm()
    async with city("2026-04-22T10:00") as it:
        subscription = await it.subscribe(DAILY, delivery="daily")
        await it.tell(firm)
        wanted = {"email": "new@officer.example", "language": "en", "name": "Li Ming"}
        await it.call("PUT", f"/{subscription['id']}", wanted, **{"If-Match": '"1"'})
        await it.post()
        (mail,) = it.mail.sent_to("new@officer.example")
        assert text_of(mail).startswith("Dear Li Ming")
        assert it.mail.sent_to(DAILY) == []


async def test_the_bureau_subscribes_to_the_whole_city_or_to_one_authority(city):
    here, there = Firm("XM-SM"), Firm("XM-HL")
    async with city("2026-04-22T10:00") as it:
        await it.hear(*(told for firm in (here, there) for told in (firm.registered(), firm.granted())))
        await it.day("2026-04-22T10:01")
        whole = await it.subscribe(DAILY, "bureau", delivery="daily")
        part = await it.subscribe(SOON, "bureau", authority="XM-HL")
        assert await it.at("2026-04-23T00:01", SOON, DAILY) == [0, 0]
        assert await it.at("2026-04-23T09:00", SOON, DAILY) == [1, 1]
        digest = text_of(it.mail.sent_to(DAILY)[0])
        assert all(
            told in digest for told in (here.name, there.name, "思明区工业和信息化局：", "湖里区工业和信息化局：")
        )
        assert here.name not in text_of(it.mail.sent_to(SOON)[0])
        assert [len(await standing(it, each)) for each in (whole, part)] == [2, 1]
        ours = await it.items("/messages?authority=XM-GXJ")
        assert {(each["recipient"], each["authority"]) for each in ours} == {(DAILY, "XM-GXJ")}
        for office, recipients in (("XM-SM", {OFFICE}), ("XM-HL", {"xm-hl@authority.example", SOON})):
            seen = await it.items("/messages?kind=update_due&state=sent", f"officer:{office}")
            assert {each["recipient"] for each in seen if each["credit_code"] is None} == recipients


async def test_a_common_mailbox_may_get_a_digest_too(city):
    firm = Firm()
    async with city("2026-04-22T10:00", officers_delivery="daily") as it:
        await it.tell(firm)
        assert await it.at("2026-04-22T19:00", OFFICE) == [0]
        assert await it.at("2026-04-23T09:00", OFFICE) == [1]


async def test_a_digest_lists_who_still_owes_when_it_is_sent_and_nothing_empty_is_sent(city):
    early, late = Firm(), Firm()
    async with city("2026-04-22T10:00") as it:
        subscription = await it.subscribe(DAILY, delivery="daily")
        await it.hear(*(told for firm in (early, late) for told in (firm.registered(), firm.granted())))
        await it.at("2026-04-22T10:01")
        assert await standing(it, subscription) == [("update_due", "queued", "quiet_hours")]
        await it.hear(early.updated("2026-04-22T15:00"))
        assert await it.at("2026-04-23T09:00", DAILY) == [1]
        assert early.name not in text_of(it.mail.sent_to(DAILY)[0])
        await it.at("2026-04-24T10:00")
        it.mail.clear()
        assert await it.at("2026-04-27T00:01", DAILY) == [0]
        await it.hear(late.updated("2026-04-27T08:00"))
        assert await it.at("2026-04-27T09:00", DAILY) == [0]
        assert (await standing(it, subscription))[-1] == ("update_due", "suppressed", "met")


@pytest.mark.parametrize(
    ("settings", "at_night"), [({}, 1), ({"firms_quiet_from": "22:00", "firms_quiet_to": "06:00"}, 0)]
)
async def test_a_firms_mail_comes_at_any_hour_unless_its_reminders_are_kept_from_the_night(city, settings, at_night):
    firm = Firm()
    async with city("2026-04-22T10:00", **settings) as it:
        await it.hear(firm.registered(), firm.granted())
        await it.at("2026-04-22T10:01")
        it.mail.clear()
        assert await it.at("2026-04-23T00:01", firm.email) == [at_night]
        assert await it.at("2026-04-23T06:00", firm.email) == [1]
        it.move("2026-04-23T23:00")
        await it.hear(firm.report(ChangeSubmitted, 2))
        assert await it.at("2026-04-23T23:01", firm.email) == [2]
        await it.at("2026-04-29T12:00")
        it.mail.clear()
        assert await it.at("2026-04-30T00:01", firm.email) == [1]


async def test_many_subscribers_are_told_of_many_firms_in_as_many_statements_as_one_of_one(city):
    sizes = {}
    for many in (1, 30):
        async with city("2026-04-22T23:00") as it:
            for number in range(many):
                await it.subscribe(f"{number}@officer.example", duties=["change_report", "update"])
            firms = [Firm() for _ in range(many)]
            await it.hear(*(told for firm in firms for told in (firm.registered(), firm.granted())))
            it.move("2026-04-23T00:01")
            with counted(it) as sent:
                await it.hear(*(firm.report(ChangeSubmitted, 2) for firm in firms))
                await it.sweep()
            sizes[many] = len(sent)
    assert sizes[1] == sizes[30], sizes


async def test_a_mail_that_was_not_taken_by_day_is_not_sent_again_at_night(city):
    firm = Firm()
    async with city("2026-04-22T19:59") as it:
        it.mail.answers.append("451 4.3.0 try later")
        await it.hear(firm.registered(contact=False), firm.report(ChangeSubmitted, 2))
        await it.deliverers[0].round()
        assert await it.at("2026-04-22T20:00", OFFICE) == [0]
        (message,) = await it.items("/messages?recipient=" + OFFICE)
        assert (message["state"], message["attempts"]) == ("queued", 1)
        it.move("2026-04-23T08:00")
        await it.rows("UPDATE mails SET next_try_at = now() RETURNING id")
        assert await it.at("2026-04-23T08:00", OFFICE) == [1]
