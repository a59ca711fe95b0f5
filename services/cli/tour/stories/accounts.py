"""A scene of accounts: a natural person acts for a firm by its word, and for as long as it says."""

from services.cli.credit_codes import new_code
from services.cli.tour.forms import change_form
from services.cli.tour.stage import Stage
from services.cli.tour.stories.cast import Cast


async def bound_person(stage: Stage) -> None:
    stage.scene("十六、授权", "a natural person acts for a firm by its word, until it ends")
    await stage.at("2026-06-17T10:00")
    firm, person = Cast.renamed, f"person:{new_code()}"
    await stage.request(person, "GET", firm.path, expect=404)
    asked = await stage.request(
        person, "POST", f"{firm.path}/delegations", expect=201, body={"statement": "本人为该企业申报经办人"}
    )
    path = f"/delegations/{asked['id']}"
    granted = {"accepted": True, "until": "2026-12-31", "reason": None}
    await stage.request(Cast.careful.account, "POST", f"{path}/approval", expect=404, body=granted)
    await stage.request(person, "POST", f"{path}/approval", expect=403, body=granted)
    await stage.request(firm.account, "POST", f"{path}/approval", expect=200, body=granted)
    await stage.request(person, "GET", firm.path, expect=200)
    await stage.request(person, "GET", Cast.careful.path, expect=404)

    async def heard() -> bool:
        return bool((await stage.read(f"/changes?credit_code={firm.credit_code}", person)).get("items"))

    await stage.until("every service has heard that the person acts for the firm", heard)
    form = change_form(firm.credit_code, "2026-06-10", old="厦门示例新名软件有限公司", new="厦门示例又名软件有限公司")
    await stage.request(person, "POST", "/changes", expect=201, body=form)
    await stage.request(firm.account, "POST", f"{path}/end", expect=200, body={"reason": "经办人离职"})
    await stage.request(person, "GET", firm.path, expect=404)

    async def unheard() -> bool:
        return not await stage.read(f"/changes?credit_code={firm.credit_code}", person)

    await stage.until("and that it does so no longer", unheard)
    await stage.happened(firm.credit_code)
