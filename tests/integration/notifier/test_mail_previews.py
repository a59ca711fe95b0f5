"""Mails to look at through the API: for officers and operators, every kind, in both languages."""


async def test_officers_and_operators_look_at_every_mail_and_firms_do_not(notifier):
    async with notifier() as it:
        for who in ("officer:XM-SM", "bureau", "operator"):
            kinds = await it.items("/mail_previews", who)
        for path in ("/mail_previews", "/mail_previews/update_due"):
            await it.get(path, "firm:91350203MA31F1331W", 403)
        assert {
            "kind": "update_due",
            "audience": "firm",
            "stages": ["30", "14", "7", "3", "1", "0", "overdue"],
        } in kinds
        for each in kinds:
            for language in ("zh-CN", "en"):
                shown = await it.get(
                    f"/mail_previews/{each['kind']}?audience={each['audience']}&language={language}", "operator"
                )
                assert shown["subject"]
                assert shown["text"]
                assert shown["html"].startswith("<!doctype html>")
                assert len(shown["template"]) == 12
        due = await it.get("/mail_previews/update_due?stage=7", "bureau")
        assert due["subject"] == "【培育】还有7天：请于2026-04-30前提交2026年度信息更新"
        assert due["calendars"][0].startswith("BEGIN:VCALENDAR")


async def test_a_mail_that_there_is_not_is_told_with_what_there_is(notifier):
    async with notifier() as it:
        for path in ("update_received?stage=7", "firm_unreached?audience=firm", "update_due?language=fr", "nothing"):
            problem = await it.get(f"/mail_previews/{path}", "bureau", 422)
            assert problem["errors"]
