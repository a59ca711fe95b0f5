"""Templates: one folder a page, components beside them; every text escaped, no name undefined."""

import hashlib
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import cache, partial
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.datastructures import FormData
from starlette.requests import Request

from services.portal import words
from services.portal.language import LANGUAGES, Language, gettext, translations
from services.portal.navigation import navigation
from services.portal.words import N_

SHANGHAI = ZoneInfo("Asia/Shanghai")
WEEKDAYS = ("星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日")


class Pages:
    """The portal's templates, in each language."""

    def __init__(self) -> None:
        self._environments = {language: _environment(language) for language in LANGUAGES}

    def render(self, template: str, language: Language, request: Request, context: Mapping[str, Any]) -> str:
        """One page, `template` below `pages/`."""
        return (
            self._environments[language]
            .get_template(template)
            .render(request=request, csrf=lambda: _token_field(request), **context)
        )


def _token_field(request: Request) -> Markup:
    """The token that a form sends; a page about a failure before it was made has none."""
    token = request.scope.get("csrftoken")
    return Markup('<input type="hidden" name="csrftoken" value="{}">').format(token()) if token else Markup("")


def kept_fields(form: FormData) -> list[tuple[str, str]]:
    """What was posted, but for the token and files."""
    return [(name, value) for name, value in form.multi_items() if isinstance(value, str) and name != "csrftoken"]


def has_files(form: FormData) -> bool:
    """Whether files were posted."""
    return any(not isinstance(value, str) and value.filename for value in form.values())


def _environment(language: Language) -> Environment:
    environment = Environment(
        loader=ChoiceLoader(
            [PackageLoader("services.portal", "pages"), PackageLoader("services.portal", "components")]
        ),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_translations(translations(language), newstyle=True)  # type: ignore[attr-defined]
    environment.globals |= {
        "language": language,
        "static": static,
        "navigation": navigation,
        "kept_fields": kept_fields,
        "has_files": has_files,
        "errors": (),
        "typed": {},
    }
    environment.filters |= {
        "day": partial(day, language),
        "moment": partial(moment, language),
        "number": number,
        "lasting": partial(lasting, language),
        "said": partial(said, language),
        "word": partial(words.word, language),
        "named": partial(words.named, language),
        "options": partial(words.options, language),
        "size": size,
    }
    return environment


def day(language: Language, value: str | date | None, *, weekday: bool = False) -> str:
    """A date as people read it: 2026年4月30日, with its weekday where that helps to plan."""
    if not value:
        return "—"
    on = date.fromisoformat(value[:10]) if isinstance(value, str) else value
    if language == "en":
        return f"{on.day} {on:%B %Y}" + (f" ({on:%A})" if weekday else "")
    return f"{on.year}年{on.month}月{on.day}日" + (f"（{WEEKDAYS[on.weekday()]}）" if weekday else "")


def moment(language: Language, value: str | datetime | None) -> str:
    """An instant in Shanghai time, to the minute."""
    if not value:
        return "—"
    at = (datetime.fromisoformat(value) if isinstance(value, str) else value).astimezone(SHANGHAI)
    return f"{day(language, at.date())} {at:%H:%M}"


def number(value: Any) -> str:
    """A number with its thousands set apart, as many decimals as it has."""
    if value is None or value == "":
        return "—"
    try:
        return f"{Decimal(str(value)):,f}"
    except InvalidOperation:
        return str(value)


def lasting(language: Language, seconds: float) -> str:
    """A time that passes, in the largest unit that it fills."""
    for length, unit in ((86400, N_("%(number)s天")), (3600, N_("%(number)s小时")), (60, N_("%(number)s分钟"))):
        if seconds >= length:
            return gettext(language, unit, number=int(seconds // length))
    return gettext(language, N_("%(number)s秒"), number=int(seconds))


def size(value: int) -> str:
    """Bytes as people read them."""
    if value < 1 << 20:
        return f"{max(value / 1024, 0.1):.3g} KB"
    return f"{value / (1 << 20):.3g} MB"


def said(language: Language, thing: Mapping[str, Any] | None, name: str) -> str:
    """What a service said in both languages: `name` is Chinese, `name_en` English."""
    if not thing:
        return ""
    english = thing.get(f"{name}_en") if language == "en" else None
    return str(english or thing.get(name) or "")


@cache
def static(name: str) -> str:
    """The address of a file in `static/`; it changes with the file, so that browsers may keep it for ever."""
    content = files("services.portal").joinpath("static", name).read_bytes()
    return f"/static/{name}?v={hashlib.sha256(content).hexdigest()[:12]}"
