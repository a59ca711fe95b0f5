"""The pages that people see: which account to log in as, what went wrong, that they are logged out."""

from collections.abc import Mapping
from pathlib import Path

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from services.login.accounts import Account, Directory
from shared.web.caller import AccountType, Role

_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def account_page(
    directory: Directory, action: str, parameters: Mapping[str, str], *, typed: str = "", error: str = ""
) -> HTMLResponse:
    """The choice of accounts; `parameters` of the authorization request are sent along with it."""
    groups: dict[str, list[Account]] = {}
    for account in directory.listed():
        groups.setdefault(_group(account), []).append(account)
    return _page(
        "authorize.html",
        400 if error else 200,
        title="选择登录账号",
        action=action,
        parameters=parameters,
        groups=groups,
        typed=typed,
        error=error,
    )


def message_page(title: str, text: str, text_en: str, status: int = 200) -> HTMLResponse:
    """One statement, Chinese and English; a `status` from 400 on marks it as an error."""
    return _page("message.html", status, title=title, text=text, text_en=text_en, error=status >= 400)


def _group(account: Account) -> str:
    if account.role is not Role.ENTERPRISE:
        return "审核与管理人员"
    return "企业法人账号" if account.account_type is AccountType.LEGAL_PERSON else "自然人账号"


def _page(template: str, status: int, **context: object) -> HTMLResponse:
    return HTMLResponse(_TEMPLATES.get_template(template).render(context), status, headers=_HEADERS)
