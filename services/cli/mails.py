"""`peiyu mail`: what the platform's mails look like, and whether any has a defect."""

import sys
from typing import Literal

import typer
from rich.console import Console
from rich.table import Table

from services.notifier.mail.linting import lint
from services.notifier.mail.previews import NoSuchMail, preview
from services.notifier.mail.rendering import Renderer
from services.notifier.mail.samples import catalogue, stages
from services.notifier.settings import NotifierSettings
from services.notifier.vocabulary import Audience, Kind
from shared.regulation import Regulation

Form = Literal["text", "html", "eml"]

SENDER = str(NotifierSettings.model_fields["sender"].default)


def kinds(regulation: Regulation, console: Console) -> None:
    """Print every kind of mail with whom it goes to and its stages."""
    table = Table("KIND", "audience", "stages")
    for kind, audience in catalogue():
        table.add_row(kind, audience, " ".join(stages(regulation, kind)))
    console.print(table)


def show(
    regulation: Regulation,
    name: str,
    *,
    audience: str | None,
    language: str,
    stage: str | None,
    form: Form,
    portal_url: str,
) -> None:
    """Print one mail with sample data. Raises `NoSuchMail`."""
    if name not in list(Kind):
        raise NoSuchMail(f"There is no mail {name}; peiyu mail preview lists all")
    shown = preview(
        Renderer(regulation, portal_url),
        regulation,
        Kind(name),
        audience=Audience(audience) if audience else None,
        language=language,
        stage=stage,
        sender=SENDER,
    )
    if form == "eml":
        sys.stdout.buffer.write(shown.composed(SENDER))
    elif form == "html":
        typer.echo(shown.mail.html)
    else:
        typer.echo(f"{shown.mail.subject}\n\n{shown.mail.text}")
        for calendar in shown.calendars:
            typer.echo(f"\n{calendar}")


def check(regulation: Regulation, portal_url: str) -> int:
    """Print every defect of every mail; how many there are."""
    found = lint(regulation, portal_url)
    for defect in found:
        typer.echo(defect)
    return len(found)


__all__ = ["Form", "NoSuchMail", "check", "kinds", "show"]
