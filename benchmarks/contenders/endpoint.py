"""An application for a review taken by FastAPI and asyncpg alone, as their documentation shows it.

The statements are those of `POST /api/v1/reviews` where the copy says fresh, in one transaction on the same tables.
Nobody is asked who calls, nothing is judged, and no answer is made of models.
"""

import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import uuid_utils.compat as uuid7s
import uvicorn
from fastapi import FastAPI, Request
from pydantic import BaseModel

from shared.runtime.clock import real_now

OPEN = ["checking", "submitted", "returned", "authority_passed", "recommended", "in_public_notice"]


class Application(BaseModel):
    certification_id: UUID
    declaration: dict[str, Any]


def endpoint(url: str) -> FastAPI:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with asyncpg.create_pool(url.replace("+asyncpg", ""), min_size=10, max_size=10) as app.state.pool:
            yield

    app = FastAPI(lifespan=lifespan)

    @app.post("/api/v1/reviews", status_code=201)
    async def apply(request: Request, form: Application) -> dict[str, Any]:
        key = request.headers["Idempotency-Key"]
        async with app.state.pool.acquire() as database, database.transaction():
            return await _apply(database, form, key)

    return app


async def _apply(database: asyncpg.Connection, form: Application, key: str) -> dict[str, Any]:
    now, id_ = real_now(), uuid7s.uuid7()
    act = {"act": "apply_for_review", "actor": "bare", "actor_name": "bare", "actor_role": "enterprise"}
    await database.execute("SELECT set_config('peiyu.act', $1, true)", json.dumps(act | {"at": now.isoformat()}))
    await database.fetchval("SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0))", key)
    await database.fetchrow("SELECT * FROM idempotency_keys WHERE caller = 'bare' AND key = $1", key)
    title = await database.fetchrow("SELECT * FROM certifications WHERE id = $1 FOR UPDATE", form.certification_id)
    await database.fetch("SELECT * FROM update_duties WHERE certification_id = ANY($1) ORDER BY year", [title["id"]])
    copy = await database.fetchrow("SELECT * FROM profile_copies WHERE credit_code = $1", title["credit_code"])
    await database.fetch(
        "SELECT * FROM reviews WHERE certification_id = ANY($1) AND status = ANY($2)", [title["id"]], OPEN
    )
    await database.fetch("SELECT * FROM campaigns WHERE ended_at IS NULL ORDER BY id")
    await database.fetch("SELECT * FROM deadline_extensions WHERE withdrawn_at IS NULL ORDER BY declared_at")
    review = {
        "id": str(id_),
        "certification_id": str(title["id"]),
        "credit_code": title["credit_code"],
        "enterprise_name": title["enterprise_name"],
        "status": "submitted",
        "applied_at": now.isoformat(),
        "profile": {"version": copy["version"], "updates": json.loads(copy["updates"])},
    }
    await database.execute(
        """INSERT INTO reviews (id, certification_id, credit_code, title, status, valid_to, applied_at, signatory,
               assisted, check_drawn, profile_version, profile, handling_due, handling_left, version)
           VALUES ($1, $2, $3, $4, 'submitted', $5, $6, $7, false, false, $8, $9, $10, 15, 1)""",
        *(id_, title["id"], title["credit_code"], title["title"], title["valid_to"], now),
        form.declaration["signatory"],
        *(copy["version"], json.dumps(review["profile"]), now.date() + timedelta(days=21)),
    )
    await database.execute(
        """INSERT INTO review_steps (id, review_id, at, act, status, actor, actor_name, role)
           VALUES ($1, $2, $3, 'applied', 'submitted', 'bare', 'bare', 'enterprise')""",
        *(uuid7s.uuid7(), id_, now),
    )
    await database.execute(
        "INSERT INTO outbox (id, type, body) VALUES ($1, 'review.submitted.v1', $2)",
        *(uuid7s.uuid7(), json.dumps(review).encode()),
    )
    await database.execute(
        """INSERT INTO idempotency_keys (caller, key, fingerprint, status, headers, body)
           VALUES ('bare', $1, $2, 201, $3, $4)""",
        *(key, key.encode(), "{}", json.dumps(review).encode()),
    )
    return review


if __name__ == "__main__":
    uvicorn.run(endpoint(sys.argv[1]), host="127.0.0.1", port=int(sys.argv[2]), log_level="warning", access_log=False)
