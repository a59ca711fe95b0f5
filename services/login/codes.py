"""Authorization codes: short-lived, good once, for the request that asked for them (RFC 6749, RFC 7636)."""

import base64
import hashlib
import hmac
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

from services.login.accounts import Account

MOST_OPEN_CODES = 10_000


class InvalidCode(Exception):
    """The code is unknown, used, expired, or was given for another request."""


@dataclass(frozen=True, slots=True)
class Grant:
    """What a code stands for: `account` agreed to log in to `client_id`, returning to `redirect_uri`."""

    account: Account
    client_id: str
    redirect_uri: str
    challenge: str
    nonce: str | None


def challenge_of(verifier: str) -> str:
    """The S256 code challenge of a code verifier."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


class Codes:
    """The codes given out by this process and not yet redeemed."""

    def __init__(self, lifetime: float, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._lifetime = lifetime
        self._monotonic = monotonic
        self._open: dict[str, tuple[float, Grant]] = {}

    def give(self, grant: Grant) -> str:
        """A new code for `grant`; the oldest ones make room."""
        self._forget_expired()
        if len(self._open) >= MOST_OPEN_CODES:
            del self._open[next(iter(self._open))]
        code = secrets.token_urlsafe(32)
        self._open[code] = (self._monotonic() + self._lifetime, grant)
        return code

    def redeem(self, code: str, *, client_id: str, redirect_uri: str, verifier: str) -> Grant:
        """What `code` was given for; it is used up even if the rest does not match. Raises `InvalidCode`."""
        self._forget_expired()
        if (kept := self._open.pop(code, None)) is None:
            raise InvalidCode("The code is unknown, expired or used")
        grant = kept[1]
        if client_id != grant.client_id:
            raise InvalidCode("The code was given to another client")
        if redirect_uri != grant.redirect_uri:
            raise InvalidCode("The code was given for another redirect_uri")
        if not hmac.compare_digest(challenge_of(verifier), grant.challenge):
            raise InvalidCode("The code_verifier does not match the code_challenge")
        return grant

    def _forget_expired(self) -> None:
        now = self._monotonic()
        while self._open and (oldest := next(iter(self._open))) and self._open[oldest][0] <= now:
            del self._open[oldest]
