"""The order of the story: one spring in Xiamen, lived through in minutes."""

import httpx
from rich.console import Console

from services.cli.tokens import TokenRefused
from services.cli.tour.stage import Differs, Stage
from services.cli.tour.stories import STORY


async def play(url: str, *, secret: str, clock_url: str | None, quiet: bool) -> bool:
    """Play every scene and say what differed; whether nothing did. Business time is put back afterwards."""
    console = Console(soft_wrap=True)
    url = url.rstrip("/")
    # Given up before the server does (uvicorn: after 5 s), so that no request meets a connection that is being closed.
    limits = httpx.Limits(keepalive_expiry=2)
    async with httpx.AsyncClient(timeout=30, limits=limits, trust_env=False) as http:
        stage = Stage(url, secret, (clock_url or url).rstrip("/"), http, console, quiet)
        try:
            for scene in STORY:
                await scene(stage)
        except Differs as error:
            stage.differences.append(str(error))
        except (httpx.HTTPError, TokenRefused) as error:
            console.print(f"[red]{url} cannot be toured: {error}[/red]")
            return False
        finally:
            await _put_back(stage)
    console.print(
        f"\n{stage.requests} requests, {stage.checks} checks, {len(stage.differences)} differences from the regulation"
    )
    for difference in stage.differences:
        console.print(f"  [red]✗ {difference}[/red]", highlight=False)
    return not stage.differences


async def _put_back(stage: Stage) -> None:
    try:
        await stage.back_to_real_time()
    except httpx.HTTPError as error:
        stage.console.print(f"[red]The clock was not put back: {error}[/red]")
