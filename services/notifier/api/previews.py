"""Mails to look at, with sample data."""

from functools import lru_cache
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request

from services.notifier.mail.previews import NoSuchMail, preview
from services.notifier.mail.rendering import Renderer
from services.notifier.mail.samples import catalogue, stages
from services.notifier.views.previews import MailPreview, PreviewedKind, PreviewedKinds
from services.notifier.vocabulary import Audience, Kind
from shared.regulation import Regulation
from shared.web.auth import Caller, Role, require
from shared.web.problems import Defect, InvalidInput

router = APIRouter()

Reader = Annotated[Caller, Depends(require(Role.AUTHORITY, Role.BUREAU, Role.OPERATOR))]


@router.get("/mail_previews")
async def list_mail_previews(request: Request, _caller: Reader) -> PreviewedKinds:
    """Every kind of mail, and whom it goes to."""
    regulation = request.app.state.backend.regulation
    return PreviewedKinds(
        items=[
            PreviewedKind(kind=kind, audience=audience, stages=[each for each in stages(regulation, kind) if each])
            for kind, audience in catalogue()
        ]
    )


@router.get("/mail_previews/{kind}")
async def read_mail_preview(
    request: Request,
    _caller: Reader,
    kind: Kind,
    audience: Audience | None = None,
    language: Literal["zh-CN", "en"] = "zh-CN",
    stage: str | None = None,
) -> MailPreview:
    """A kind of mail as its reader would get it, with sample data; by default at the mildest stage."""
    regulation, settings = request.app.state.backend.regulation, request.app.state.settings
    renderer = _renderer(regulation, settings.portal_url, settings.reply_to is not None)
    try:
        shown = preview(
            renderer,
            regulation,
            kind,
            audience=audience,
            language=language,
            stage=stage,
            sender=settings.sender,
        )
    except NoSuchMail as error:
        raise InvalidInput(
            errors=[Defect(pointer="query", code="no_such_mail", detail=str(error), detail_zh="没有这样的邮件")]
        ) from error
    return MailPreview.of(shown)


@lru_cache(maxsize=4)
def _renderer(regulation: Regulation, portal_url: str, answered: bool) -> Renderer:
    return Renderer(regulation, portal_url, answered=answered)
