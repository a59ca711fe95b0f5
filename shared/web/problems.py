"""Errors as RFC 9457 problem documents.

Problem
 ├── InvalidInput          422  what was sent cannot be used; every defect is listed
 ├── MalformedRequest      400  it cannot even be read
 ├── NotFound              404  not there, or not for this caller
 ├── Conflict              409  the state does not allow it
 │    └── InFlight         409  the same Idempotency-Key is being worked on
 ├── StaleVersion          412  If-Match names an older version
 ├── VersionRequired       428  If-Match is missing
 ├── KeyReused             422  an Idempotency-Key with another body
 ├── BodyTooLarge          413
 ├── TooManyRequests       429  the gateway's answer to one client in a hurry
 └── Unavailable           503  what the answer rests on does not answer

Each class carries its status and its `type` slug, which resolves to a page below `/problems/`; its docstring is the
English title and `title_zh` the Chinese one. A service adds its own beside its domain.
"""

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict


class Defect(BaseModel):
    """One thing that is wrong: where (`pointer`, JSON Pointer into the body, or the name of a parameter), what
    (`code`, stable) and in words."""

    model_config = ConfigDict(frozen=True)

    pointer: str
    code: str
    detail: str
    detail_zh: str | None = None


class Problem(Exception):
    """Something went wrong"""

    status: ClassVar[int] = 500
    type: ClassVar[str] = "internal-error"
    title_zh: ClassVar[str] = "系统内部错误"

    def __init__(
        self,
        detail: str | None = None,
        *,
        errors: list[Defect] | None = None,
        headers: Mapping[str, str] | None = None,
        **extensions: Any,
    ) -> None:
        super().__init__(detail or self.title())
        self.detail = detail
        self.errors = errors
        self.headers = dict(headers or {})
        self.extensions = extensions

    @classmethod
    def title(cls) -> str:
        """The first paragraph of the docstring, on one line."""
        return " ".join((cls.__doc__ or cls.__name__).split("\n\n")[0].split())

    def document(self, instance: str) -> dict[str, Any]:
        """The problem document for the request path `instance`."""
        body: dict[str, Any] = {
            "type": f"/problems/{self.type}",
            "title": self.title(),
            "title_zh": self.title_zh,
            "status": self.status,
            "instance": instance,
        }
        if self.detail is not None:
            body["detail"] = self.detail
        if self.errors is not None:
            body["errors"] = [defect.model_dump(exclude_none=True) for defect in self.errors]
        return body | self.extensions


def problem_types(root: type[Problem] = Problem) -> Iterator[type[Problem]]:
    """Every problem that this process can answer with."""
    yield root
    for child in root.__subclasses__():
        yield from problem_types(child)


class InvalidInput(Problem):
    """The request has defects"""

    status = 422
    type = "invalid-input"
    title_zh = "提交的内容有误"


class MalformedRequest(Problem):
    """The request cannot be read"""

    status = 400
    type = "malformed-request"
    title_zh = "请求无法解析"


class NotFound(Problem):
    """There is no such thing here"""

    status = 404
    type = "not-found"
    title_zh = "未找到"


class MethodNotAllowed(Problem):
    """This method is not offered here"""

    status = 405
    type = "method-not-allowed"
    title_zh = "不支持的请求方法"


class Conflict(Problem):
    """The present state does not allow this"""

    status = 409
    type = "conflict"
    title_zh = "当前状态不允许此操作"


class InFlight(Conflict):
    """A request with the same Idempotency-Key is being worked on"""

    type = "request-in-flight"
    title_zh = "相同的请求正在处理"


class StaleVersion(Problem):
    """Somebody changed this since you read it"""

    status = 412
    type = "stale-version"
    title_zh = "内容已被他人修改"


class VersionRequired(Problem):
    """If-Match is required"""

    status = 428
    type = "version-required"
    title_zh = "缺少 If-Match"


class KeyReused(Problem):
    """The Idempotency-Key was used for another request"""

    status = 422
    type = "idempotency-key-reused"
    title_zh = "幂等键已用于其他请求"


class BodyTooLarge(Problem):
    """The request body is too large"""

    status = 413
    type = "body-too-large"
    title_zh = "请求内容过大"


class TooManyRequests(Problem):
    """Too many requests in a short time"""

    status = 429
    type = "too-many-requests"
    title_zh = "请求过于频繁"


class Unavailable(Problem):
    """A part that this rests on does not answer"""

    status = 503
    type = "unavailable"
    title_zh = "服务暂时不可用"
