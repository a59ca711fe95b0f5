"""What waits in the outboxes, and what has nowhere to go."""

from typing import Any

from services.cli.repair.failed import Backends
from services.cli.repair.output import print_json, print_table
from shared.messaging import operating
from shared.runtime.clock import real_now

OF_AN_OUTBOX = ("service", "waiting", "seconds", "oldest", "refused", "type", "error", "next_try_at")


async def list_outboxes(backends: Backends, *, as_json: bool) -> None:
    """Print for each service what waits, since when, and what is refused for which reason."""
    rows: list[dict[str, Any]] = []
    for service, backend in backends.items():
        async with backend.work() as work:
            outbox = await operating.outbox(work.session)
            refused = await operating.refused(work.session)
        rows.append(
            {
                "service": service,
                "waiting": outbox.events,
                "oldest": outbox.oldest,
                "seconds": round((real_now() - outbox.oldest).total_seconds()) if outbox.oldest else 0,
                "refused": [
                    {"type": each.type, "error": each.error, "count": each.count, "next_try_at": each.next_try_at}
                    for each in refused
                ],
            }
        )
    if as_json:
        print_json(rows)
        return
    lines = []
    for row in rows:
        total = sum(each["count"] for each in row["refused"])
        lines.append({**dict.fromkeys(OF_AN_OUTBOX, ""), **row, "refused": total})
        lines += [{**dict.fromkeys(OF_AN_OUTBOX, ""), **each, "refused": each["count"]} for each in row["refused"]]
    print_table(lines, OF_AN_OUTBOX)


async def retry(backends: Backends) -> dict[str, int]:
    """Let what was refused be published again at once; how many events, by service."""
    tried = {}
    for service, backend in backends.items():
        async with backend.work() as work:
            tried[service] = await operating.publish_again(work.session)
    return tried
