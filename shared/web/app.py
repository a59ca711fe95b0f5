"""The application factory: every service answers errors, health and traces in the same way."""

import html
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from importlib.metadata import version
from typing import Any

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse
from fastapi.routing import APIRoute
from prometheus_client import CONTENT_TYPE_LATEST, Gauge, generate_latest
from pydantic import AwareDatetime, BaseModel
from starlette.exceptions import HTTPException

from shared.runtime.clock import ShiftedClock
from shared.runtime.database import database_is_down, what_was_said
from shared.runtime.logs import logger
from shared.web.middleware import BodyLimit, Traces
from shared.web.problems import (
    BodyTooLarge,
    Defect,
    InvalidInput,
    MalformedRequest,
    MethodNotAllowed,
    NotFound,
    Problem,
    Unavailable,
    problem_types,
)
from shared.web.storable import storable

MEDIA_TYPE = "application/problem+json"
CHINESE = {
    "missing": "必填",
    "extra_forbidden": "没有这一项",
    "string_too_short": "不能少于{min_length}个字符",
    "string_too_long": "不能超过{max_length}个字符",
    "too_short": "不能少于{min_length}项",
    "too_long": "不能超过{max_length}项",
    "greater_than_equal": "不能小于{ge}",
    "greater_than": "应大于{gt}",
    "less_than_equal": "不能大于{le}",
    "less_than": "应小于{lt}",
    "int_type": "应为整数",
    "int_parsing": "应为整数",
    "int_from_float": "应为整数",
    "decimal_parsing": "应为数字",
    "decimal_type": "应为数字",
    "bool_type": "应为是或否",
    "string_type": "应为文字",
    "date_from_datetime_parsing": "不是有效日期",
    "date_parsing": "不是有效日期",
    "enum": "不在可选范围内",
    "literal_error": "不在可选范围内",
    "union_tag_invalid": "不在可选范围内",
    "union_tag_not_found": "必填",
}
"""What pydantic finds wrong, in Chinese."""
LONGEST_ECHO = 200
BUILD = Gauge("peiyu_build_info", "Always 1: what runs here", ["service", "version"])


class ProblemDocument(BaseModel):
    """An RFC 9457 problem; `type` resolves to a page, `errors` names every defect."""

    type: str
    title: str
    title_zh: str
    status: int
    instance: str
    detail: str | None = None
    errors: list[Defect] | None = None


RESPONSES: dict[int | str, dict[str, Any]] = {
    "4XX": {"model": ProblemDocument, "description": "Problem (RFC 9457)", "content": {MEDIA_TYPE: {}}}
}


def problem_response(request: Request, problem: Problem) -> JSONResponse:
    return JSONResponse(
        problem.document(request.url.path), problem.status, headers=problem.headers, media_type=MEDIA_TYPE
    )


def defects_of(errors: Sequence[Any]) -> list[Defect]:
    """Pydantic's errors as defects; `pointer` is a JSON Pointer for a body, else `query/name` or `header/name`."""
    defects = []
    for error in errors:
        where, *path = error["loc"] or ("body",)
        steps = "/".join(str(step).replace("~", "~0").replace("/", "~1") for step in path)
        pointer = f"/{steps}" if where == "body" and path else "" if where == "body" else f"{where}/{steps}"
        facts = error.get("ctx") or {}
        defects.append(
            Defect(
                pointer=pointer,
                code=facts.get("code", error["type"]),
                detail=error["msg"].removeprefix("Value error, "),
                detail_zh=facts.get("text") or _in_chinese(error["type"], facts),
            )
        )
    return defects


def _in_chinese(kind: str, facts: Mapping[str, Any]) -> str:
    if kind == "string_too_short" and facts.get("min_length") == 1:
        kind = "missing"
    text = CHINESE.get(kind, "格式不正确")
    return text.format(**{name: facts.get(name, "") for name in ("max_length", "min_length", "ge", "gt", "le", "lt")})


async def _on_problem(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Problem)
    return problem_response(request, error)


async def _on_invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    if any(defect["type"] == "json_invalid" for defect in error.errors()):
        return problem_response(request, MalformedRequest("The body is not JSON", errors=defects_of(error.errors())))
    return problem_response(request, InvalidInput(errors=defects_of(error.errors())))


async def _on_http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    known: dict[int, type[Problem]] = {404: NotFound, 405: MethodNotAllowed, 413: BodyTooLarge}
    kind = known.get(error.status_code, MalformedRequest if error.status_code < 500 else Problem)
    return problem_response(request, kind(str(error.detail)[:LONGEST_ECHO], headers=error.headers))


async def _on_failure(request: Request, error: Exception) -> JSONResponse:
    if database_is_down(error):
        logger(__name__).warning("database down", path=request.url.path, error=what_was_said(error))
        return problem_response(request, Unavailable(headers={"Retry-After": "5"}))
    logger(__name__).error("request failed", path=request.url.path, exc_info=error)
    return problem_response(request, Problem())


def problem_pages() -> APIRouter:
    """`/problems/{slug}`: what each problem type means."""
    router = APIRouter(include_in_schema=False)

    @router.get("/problems/{slug}", response_class=HTMLResponse)
    async def problem_page(slug: str) -> HTMLResponse:
        for kind in problem_types():
            if kind.type == slug:
                text = "".join(f"<p>{html.escape(part)}</p>" for part in (kind.__doc__ or "").split("\n\n")[1:])
                return HTMLResponse(
                    f'<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>{kind.title_zh}</title>'
                    f"<h1>{kind.title_zh}</h1><p lang='en'>{html.escape(kind.title())}</p>{text}"
                    f"<p>HTTP {kind.status} · <code>/problems/{kind.type}</code></p></html>"
                )
        raise NotFound(f"No problem type is called {slug[:LONGEST_ECHO]}")

    return router


class ClockSetting(BaseModel):
    """The instant to make the present, or null for real time."""

    now: AwareDatetime | None


def dev_clock(clock: ShiftedClock) -> APIRouter:
    """`/dev/clock`, outside production only: see and move business time."""
    router = APIRouter(include_in_schema=False)

    @router.get("/dev/clock")
    async def read_clock() -> dict[str, str]:
        return {"now": clock.now().isoformat(), "today": clock.today().isoformat()}

    @router.put("/dev/clock")
    async def move_clock(setting: ClockSetting) -> dict[str, str]:
        clock.move(setting.now)
        return await read_clock()

    return router


def metrics(name: str) -> APIRouter:
    """`/metrics`: what is measured in this process."""
    router = APIRouter(include_in_schema=False)
    BUILD.labels(name, version("peiyu")).set(1)

    @router.get("/metrics")
    async def metrics() -> PlainTextResponse:
        return PlainTextResponse(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return router


def health(name: str, ready: Callable[[], Awaitable[dict[str, bool]]]) -> APIRouter:
    """`/healthz`: the process lives. `/readyz`: it can serve; only a part that ends in `!` makes it unready.

    And `/metrics`.
    """
    router = APIRouter(include_in_schema=False)
    router.include_router(metrics(name))

    @router.get("/healthz")
    async def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @router.get("/readyz")
    async def readyz() -> JSONResponse:
        parts = await ready()
        unready = not all(answer for part, answer in parts.items() if part.endswith("!"))
        answers = {part.rstrip("!"): "ok" if answer else "down" for part, answer in parts.items()}
        return JSONResponse({"status": "down" if unready else "ok", "parts": answers}, 503 if unready else 200)

    return router


def create_app(
    name: str,
    routers: Sequence[APIRouter],
    *,
    lifespan: Callable[[FastAPI], AbstractAsyncContextManager[None]],
    ready: Callable[[], Awaitable[dict[str, bool]]],
    movable_clock: ShiftedClock | None = None,
    body_limit: int = 1 << 20,
) -> FastAPI:
    """One service's application. Routes raise `Problem`; everything else that goes wrong becomes one."""
    app = FastAPI(
        title=f"peiyu {name}",
        version="1",
        lifespan=lifespan,
        responses=RESPONSES,
        dependencies=[Depends(storable)],
        openapi_url="/openapi.json",
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=_operation_id,
    )
    for router in (*routers, health(name, ready), problem_pages()):
        app.include_router(router)
    if movable_clock is not None:
        app.include_router(dev_clock(movable_clock))
    app.add_exception_handler(Problem, _on_problem)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(Exception, _on_failure)
    app.add_middleware(BodyLimit, limit=body_limit)
    app.add_middleware(Traces, service=name)
    return app


def _operation_id(route: APIRoute) -> str:
    return route.name
