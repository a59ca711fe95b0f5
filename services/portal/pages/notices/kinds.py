"""The two kinds of notices: where the API has them, what their forms ask."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, Any, Literal

from fastapi import Depends
from starlette.datastructures import ImmutableMultiDict

from services.portal.forms import typed
from services.portal.words import N_

HERE = "/officers/notices"
Name = Literal["extensions", "campaigns"]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of notice. `path` is the API's, `ending` the act there that ends one; `fields` are its form's, named."""

    name: Name
    path: str
    ending: str
    fields: Mapping[str, str]


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "extensions": Kind(
            "extensions",
            "/deadline_extensions",
            "withdrawal",
            {
                "year": N_("更新年度"),
                "titles": N_("适用称号"),
                "authorities": N_("适用范围"),
                "due": N_("新的截止日期"),
                "source": N_("通知名称和文号"),
            },
        ),
        "campaigns": Kind(
            "campaigns",
            "/campaigns",
            "end",
            {
                "titles": N_("适用称号"),
                "expires_from": N_("有效期届满日自"),
                "expires_to": N_("有效期届满日至"),
                "opens": N_("受理开始日期"),
                "closes": N_("受理截止日期"),
                "source": N_("通知名称和文号"),
            },
        ),
    }
)
SEVERAL = ("titles", "authorities")
"""Fields of which several values are chosen."""


def _kind(kind: Name) -> Kind:
    return KINDS[kind]


KindDep = Annotated[Kind, Depends(_kind)]


def document(kind: Kind, form: ImmutableMultiDict[str, Any]) -> dict[str, Any]:
    """The notice as the API takes it; all authorities where the form does not say that there are only some."""
    fields = typed(form)
    asked: dict[str, Any] = {name: fields[name] for name in kind.fields if fields.get(name)}
    asked |= {name: form.getlist(name) for name in SEVERAL if name in kind.fields}
    if fields.get("scope") != "some":
        asked.pop("authorities", None)
    return asked
