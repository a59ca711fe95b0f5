"""The firms that a natural person acts for by their word (授权), beside those of the login."""

from fastapi import Request

from services.portal.api import ApiError
from services.portal.visit import visit

MOST = 50


async def take_over(request: Request) -> None:
    """Let the session know the firms that let the person act for them now; a silent service changes nothing."""
    here = visit(request)
    if here.account is None or not here.account.is_person:
        return
    try:
        granted = await here.api.get("/delegations", status="granted", limit=MOST)
    except ApiError:
        return
    held = request.session["account"]
    delegated = [each["credit_code"] for each in granted["items"] if each["in_force"]]
    codes = list(dict.fromkeys([*held.get("bound", ()), *delegated]))
    firm = held["firm"] if held["firm"] in codes else codes[0] if len(codes) == 1 else None
    request.session["account"] = held | {"credit_codes": codes, "firm": firm}
