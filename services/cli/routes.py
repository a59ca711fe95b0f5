"""Which service answers which path: the one table that the gateway and `peiyu run` share."""

ROUTES: tuple[tuple[str, str], ...] = (
    ("/api/v1/enterprises", "profile"),
    ("/api/v1/update_statistics", "profile"),
    ("/api/v1/deadline_extensions", "profile"),
    ("/api/v1/delegations", "profile"),
    ("/api/v1/regulation", "profile"),
    ("/api/v1/changes", "changes"),
    ("/api/v1/occurrences", "changes"),
    ("/api/v1/certifications", "reviews"),
    ("/api/v1/certification_imports", "reviews"),
    ("/api/v1/campaigns", "reviews"),
    ("/api/v1/reviews", "reviews"),
    ("/api/v1/obligations", "notifier"),
    ("/api/v1/follow_ups", "notifier"),
    ("/api/v1/events", "notifier"),
    ("/api/v1/timeline", "notifier"),
    ("/api/v1/messages", "notifier"),
    ("/api/v1/subscriptions", "notifier"),
    ("/api/v1/mail_previews", "notifier"),
    ("/api/v1/delivery_reports", "notifier"),
    ("/api/v1/proofs_of_notice", "notifier"),
    ("/api/v1/operations/profile", "profile"),
    ("/api/v1/operations/changes", "changes"),
    ("/api/v1/operations/reviews", "reviews"),
    ("/api/v1/operations/notifier", "notifier"),
    ("/api/docs", "portal"),
    ("/api/openapi.json", "portal"),
    ("/login", "login"),
    ("/", "portal"),
)
"""(path prefix, service); the first that covers a path decides.

A prefix covers whole segments: `/login` and `/login/x`, never `/loginx`. `/` covers all but what `NOT_ROUTED` has.
"""

NOT_ROUTED = ("/api", "/dev", "/healthz", "/readyz", "/metrics", "/openapi")
"""What is not found from outside: unknown parts of the API, and what belongs to each process."""


def service_for(path: str) -> str | None:
    """The service that answers a path, or None where nothing is routed."""
    for prefix, service in ROUTES:
        if prefix == "/" and any(_covers(other, path) for other in NOT_ROUTED):
            return None
        if _covers(prefix, path):
            return service
    return None


def _covers(prefix: str, path: str) -> bool:
    return path == prefix or path.startswith(f"{prefix.rstrip('/')}/")
