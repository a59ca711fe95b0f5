"""企业登记: an officer enters a firm, so that it can log in and be written to."""

from collections.abc import Mapping

from fastapi import APIRouter
from fastapi.responses import Response

from services.portal.api import Refused
from services.portal.forms import key_of, nested, typed
from services.portal.visit import Officer, Visit

router = APIRouter()
PATH = "/officers/enterprises/new"


@router.get(PATH)
async def new(visit: Officer) -> Response:
    """The form."""
    return _form(visit, {"contact.language": "zh-CN"})


@router.post(PATH)
async def register(visit: Officer) -> Response:
    """The firm is entered, or completed where a title was granted to it before; an authority enters its own alone."""
    form = await visit.request.form()
    fields = typed(form)
    if visit.account and visit.account.role == "authority":
        fields["authority"] = visit.account.authority or ""
    try:
        answer = await visit.api.post("/enterprises", nested(fields), key=key_of(form))
    except Refused as refused:
        return _form(visit, fields, refused)
    return visit.go(f"/officers/enterprises/{answer.body['credit_code']}?done=registered")


def _form(visit: Visit, fields: Mapping[str, str], refused: Refused | None = None) -> Response:
    say = visit.say
    labels = {
        "credit_code": say("统一社会信用代码"),
        "name": say("企业名称"),
        "authority": say("审核部门"),
        "registered_place": say("注册地"),
        "contact.name": say("姓名"),
        "contact.mobile": say("手机"),
        "contact.email": say("电子邮箱"),
        "contact.language": say("邮件语言"),
    }
    return visit.form_page("firms/new.html", refused, fields, labels=labels)
