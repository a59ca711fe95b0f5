"""`peiyu rules show`: every rule in force on a date, title by title, with what it rests on."""

from datetime import date

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from shared.regulation import Duty, Regulation, Title
from shared.regulation.criteria import Criteria
from shared.regulation.wording import DUTIES, escalation, reminders, time_in_force, value


def show(regulation: Regulation, on: date, console: Console) -> None:
    """Print the rules of a file as they stand on a date, and when duties are reminded of."""
    console.print(f"[bold]{escape(regulation.name)}[/] {regulation.id}，{on}", highlight=False)
    console.print(regulation.name_en, style="dim", highlight=False)
    for title in Title:
        console.print(_rules(regulation, title, on))
        if (criteria := regulation.criteria(title, on)) is not None:
            console.print(_criteria(regulation, title, criteria))
    console.print(_duties(regulation))


def _rules(regulation: Regulation, title: Title, on: date) -> Table:
    heading = f"\n[bold]{regulation.title_name(title)}[/] {regulation.title_name(title, 'en')}"
    table = Table(title=heading, title_justify="left", title_style="", expand=True, show_lines=True)
    table.add_column("规则与值", width=26, overflow="fold")
    table.add_column("依据", width=20, overflow="fold")
    table.add_column("条文", ratio=1, overflow="fold")
    for rule, entry, basis in regulation.in_force(title, on):
        parts = (
            f"[cyan]{rule}[/]",
            escape(value(entry).zh),
            f"[dim]{time_in_force(entry)}[/]" if time_in_force(entry) else "",
        )
        table.add_row(
            "\n".join(filter(None, parts)),
            escape(f"{basis.document}\n{basis.article}"),
            f"{escape(basis.text)}\n[dim]{escape(basis.text_en)}[/]",
        )
    return table


def _criteria(regulation: Regulation, title: Title, criteria: Criteria) -> Table:
    """The self-assessment: who passes, every indicator with its tiers, what is enough by itself."""
    document = regulation.document(criteria.cite.document)
    heading = f"\n[bold]{regulation.title_name(title)}自评标准[/] {document.number} {document.name.zh}"
    table = Table(title=heading, title_justify="left", title_style="", expand=True, show_lines=True)
    table.add_column("指标", width=26, overflow="fold")
    table.add_column("依据", width=20, overflow="fold")
    table.add_column("档次与分值", ratio=1, overflow="fold")
    whole = escape(f"{criteria.text.zh}\n") + f"[dim]{escape(criteria.text.en)}[/]"
    table.add_row(f"总分，{criteria.required}分以上", escape(criteria.cite.article), whole)
    for group in criteria.groups.values():
        for indicator in group.indicators.values():
            name = f"[dim]{group.zh}（{group.points}分，不低于{group.required}分）[/]\n{indicator.zh}"
            tiers = "\n".join(f"{tier.points:>2}分  {tier.zh} [dim]{escape(tier.en)}[/]" for tier in indicator.tiers)
            table.add_row(name, escape(indicator.article), tiers)
    for condition in criteria.direct.values():
        text = f"{escape(condition.zh)}\n[dim]{escape(condition.en)}[/]"
        table.add_row("直通条件", escape(condition.article), text)
    return table


def _duties(regulation: Regulation) -> Table:
    """When each duty is reminded of, and when officers call a firm that does not act."""
    basis = regulation.escalation_basis
    heading = f"\n[bold]提醒与催办[/] {escape(basis.document)} {escape(basis.article)}"
    table = Table(title=heading, title_justify="left", title_style="", expand=True, show_lines=True)
    table.add_column("事项", width=14, overflow="fold")
    table.add_column("提醒", ratio=1, overflow="fold")
    table.add_column("催办", ratio=1, overflow="fold")
    for duty in Duty:
        table.add_row(DUTIES[duty], reminders(regulation.reminders(duty)), escalation(regulation.escalation(duty)))
    table.caption = f"{escape(basis.text)}\n{escape(basis.text_en)}"
    table.caption_justify = "left"
    return table
