"""What everybody may read, without a login: the same for all, so that it may be kept for a while on the way."""

from fastapi import Response

MINUTES = 5


def for_everybody(response: Response) -> None:
    """Let browsers and caches keep what is answered for a few minutes."""
    response.headers["Cache-Control"] = f"public, max-age={MINUTES * 60}"
