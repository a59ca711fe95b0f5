"""A small city, so that every service keeps something of every other one's."""

from datetime import datetime

from services.cli.credit_codes import invented_code
from services.cli.tour.forms import DECLARATION, change_form, contact, update_form
from shared.regulation import SHANGHAI

OFFICER, BUREAU = "officer:XM-SM", "bureau"
FIRMS = 12


class City:
    """Firms with titles in a world without waiting; who asks gets the answer, or the test ends."""

    def __init__(self, world):
        self.world = world
        self.codes = []
        self.titles = {}

    async def ask(self, who, method, path, body=None, **headers):
        answer = await self.world.request(who, method, path, body, headers)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json()

    def at(self, moment):
        self.world.move(datetime.fromisoformat(moment).replace(tzinfo=SHANGHAI))

    async def firm(self, **title):
        """A firm with one title."""
        code = invented_code(len(self.codes) + 1)
        named = {"credit_code": code, "authority": "XM-SM"}
        name = f"厦门修复{len(self.codes) + 1:03d}有限公司"
        await self.enter(code, name)
        period = {
            "title": "specialized",
            "valid_from": "2025-01-01",
            "valid_to": "2027-12-31",
            "duties_from": "2026-01-01",
        }
        granted = await self.ask(BUREAU, "POST", "/certifications", named | {"enterprise_name": name} | period | title)
        self.codes.append(code)
        self.titles[code] = granted["id"]
        return code

    async def enter(self, code, name):
        place = {"registered_place": "福建省厦门市思明区", "authority": "XM-SM", "contact": contact(code)}
        await self.ask(OFFICER, "POST", "/enterprises", {"credit_code": code, "name": name} | place)

    async def update(self, code, year=2026):
        form = update_form(code, year) | {"declaration": DECLARATION}
        return await self.ask(f"firm:{code}", "POST", f"/enterprises/{code}/updates", form)

    async def report(self, code, *, submitted=True):
        form = change_form(
            code, "2026-03-20", old=f"厦门修复{self.codes.index(code) + 1:03d}有限公司", new="厦门新名有限公司"
        )
        draft = await self.ask(f"firm:{code}", "POST", "/changes", form)
        if submitted:
            body = {"declaration": DECLARATION}
            await self.ask(f"firm:{code}", "POST", f"/changes/{draft['id']}/submission", body)
        return draft["id"]


async def lived(world):
    """April and May 2026: updates, reports of every kind, an application, a moved deadline, a person who acts."""
    city = City(world)
    city.at("2026-04-10T10:00")
    for _ in range(FIRMS - 1):
        await city.firm()
    renewed = await city.firm(title="innovative", valid_from="2023-05-11", valid_to="2026-05-10")
    await world.quiet()
    for code in (*city.codes[:3], renewed):
        await city.update(code)
    notice = {"duty": "update", "year": 2026, "titles": ["specialized"], "authorities": ["XM-SM"], "due": "2026-05-29"}
    await city.ask(BUREAU, "POST", "/deadline_extensions", notice | {"source": "厦工信企业〔2026〕12号"})
    await city.report(city.codes[0], submitted=False)
    await city.report(city.codes[1])
    withdrawn = await city.report(city.codes[2])
    await city.ask(f"firm:{city.codes[2]}", "POST", f"/changes/{withdrawn}/withdrawal", {"reason": "填报有误"})
    seen = {"credit_code": city.codes[3], "type": "rename", "happened_on": "2026-03-10", "evidence": "登记机关公示"}
    await city.ask(OFFICER, "POST", "/occurrences", seen)
    asked = await city.ask(
        "person", "POST", f"/enterprises/{city.codes[4]}/delegations", {"statement": "本人为申报经办人"}
    )
    granted = {"accepted": True, "until": "2026-12-31", "reason": None}
    await city.ask(f"firm:{city.codes[4]}", "POST", f"/delegations/{asked['id']}/approval", granted)
    await world.quiet()
    city.at("2026-05-06T10:00")
    await world.quiet()
    await city.ask(
        f"firm:{renewed}", "POST", "/reviews", {"certification_id": city.titles[renewed], "declaration": DECLARATION}
    )
    await world.quiet()
    assert await world.failed() == []
    return city
