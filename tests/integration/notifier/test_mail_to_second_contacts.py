"""A firm's second contact: in its own language, with what is still to come, and never a second copy."""

from shared.contracts import Contact
from tests.integration.notifier.conftest import Firm

SECOND = Contact(name="Wu Siyuan", mobile="13805920000", email="wu@second.example", language="en")


async def test_each_contact_gets_the_firms_mail_in_its_own_language(notifier):
    firm = Firm()
    async with notifier("2026-04-22T10:00") as it:
        await it.hear(firm.registered(second=SECOND), firm.granted())
        await it.day("2026-04-23T09:30")
        await it.day("2026-04-23T11:00")
        (first,), (second,) = it.mail.sent_to(firm.email), it.mail.sent_to(SECOND.email)
        assert "信息更新" in first["Subject"]
        assert first.get_body(("plain",)).get_content().startswith("林海燕")
        assert "annual update" in second["Subject"]
        assert second.get_body(("plain",)).get_content().startswith("Dear Wu Siyuan")
        found = await it.items(f"/messages?credit_code={firm.code}", f"firm:{firm.code}")
        assert {each["recipient"] for each in found} == {firm.email, SECOND.email}
        assert {each["state"] for each in found} == {"sent"}


async def test_one_that_is_named_later_gets_what_is_still_to_come(notifier):
    firm = Firm()
    async with notifier("2026-05-01T00:00") as it:
        await it.hear(firm.registered(contact=False), firm.revoked())
        await it.post()
        await it.hear(firm.registered(version=2, second=SECOND))
        await it.post()
        assert (len(it.mail.sent_to(firm.email)), it.mail.sent_to(SECOND.email)) == (1, [])
        await it.hear(firm.updated("2026-05-02T10:00", version=3))
        await it.hear(firm.registered(version=4, second=SECOND), firm.granted(version=4, valid_from="2026-04-20"))
        await it.post()
        assert len(it.mail.sent_to(SECOND.email)) == 1


async def test_one_with_the_first_contacts_address_gets_no_second_copy(notifier):
    firm = Firm()
    async with notifier("2026-05-01T00:00") as it:
        same = SECOND.model_copy(update={"email": firm.email.upper()})
        await it.hear(firm.registered(second=same), firm.revoked())
        await it.post()
        assert len(it.mail.messages) == 1


async def test_what_waits_for_one_goes_to_its_present_address_or_to_nobody(notifier):
    moved, removed, same = (Firm() for _ in range(3))
    async with notifier("2026-05-01T00:00") as it:
        await it.hear(
            *(told for firm in (moved, removed, same) for told in (firm.registered(second=SECOND), firm.revoked()))
        )
        elsewhere = SECOND.model_copy(update={"email": "wu@elsewhere.example"})
        await it.hear(
            moved.registered(version=2, second=elsewhere),
            removed.registered(version=2),
            same.registered(version=2, second=SECOND.model_copy(update={"email": same.email})),
        )
        await it.post()
        assert [len(it.mail.sent_to(firm.email)) for firm in (moved, removed, same)] == [1, 1, 1]
        assert (len(it.mail.sent_to("wu@elsewhere.example")), it.mail.sent_to(SECOND.email)) == (1, [])
        assert await reasons(it, removed) == {"no_address"}
        assert await reasons(it, same) == {"same_address"}
        await it.hear(removed.registered(version=3, second=SECOND))
        await it.post()
        assert it.mail.sent_to(SECOND.email) == []


async def reasons(it, firm):
    found = await it.items(f"/messages?credit_code={firm.code}&state=suppressed")
    return {each["reason"] for each in found}
