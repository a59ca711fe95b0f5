"""`peiyu import certifications`: upload a list, show its progress, report every bad row."""

import asyncio
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from services.cli.tokens import token_for

POLL = 0.2
SHOWN = 50


class ImportFailed(Exception):
    """The platform did not take the file"""


def _problem(answer: httpx.Response) -> str:
    try:
        problem = answer.json()
    except ValueError:
        return f"HTTP {answer.status_code}"
    lines = [f"{problem.get('title_zh', '')} {problem.get('title', '')} {problem.get('detail') or ''}".strip()]
    lines += [f"  {defect['pointer']}: {defect['detail']}" for defect in problem.get("errors") or ()]
    return "\n".join(lines)


async def import_list(
    url: str, file: Path, *, account: str, secret: str, keep_good: bool, duties_from: str | None
) -> bool:
    """Import one list and print what became of it; False where rows were bad or nothing was taken.

    Raises `ImportFailed` where the platform refuses the file as a whole, `TokenRefused` where the account is refused.
    """
    console = Console()
    parameters = {"keep_good": str(keep_good).lower()} | ({"duties_from": duties_from} if duties_from else {})
    token = await token_for(url, account, secret)
    content = await asyncio.to_thread(file.read_bytes)
    async with httpx.AsyncClient(
        base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=60, trust_env=False
    ) as http:
        try:
            answer = await http.post(
                "/api/v1/certification_imports", params=parameters, files={"file": (file.name, content)}
            )
            if answer.status_code != httpx.codes.ACCEPTED:
                raise ImportFailed(_problem(answer))
            job = await _watch(http, answer.headers["Location"], console)
        except httpx.TransportError as error:
            raise ImportFailed(f"{url} does not answer: {error}") from error
    return _report(job, console)


async def _watch(http: httpx.AsyncClient, location: str, console: Console) -> dict[str, Any]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        bar = progress.add_task("importing", total=None)
        while True:
            answer = await http.get(location)
            if not answer.is_success:
                raise ImportFailed(_problem(answer))
            job: dict[str, Any] = answer.json()
            progress.update(bar, total=job["rows"] or None, completed=job["done"])
            if job["status"] not in ("queued", "running"):
                return job
            await asyncio.sleep(POLL)


def _report(job: dict[str, Any], console: Console) -> bool:
    errors = job["errors"]
    if errors:
        table = Table("line", "column", "value", "reason", title=f"{len({e['line'] for e in errors})} bad rows")
        for error in errors[:SHOWN]:
            table.add_row(str(error["line"]), error["column"] or "", str(error["value"] or ""), error["reason"])
        console.print(table)
        if len(errors) > SHOWN:
            console.print(f"… and {len(errors) - SHOWN} more defects")
    console.print(f"{job['status']}: {job['rows']} rows, {job['created']} created, {job['unchanged']} unchanged")
    return job["status"] == "done" and not errors
