"""What must be there before a service is served: its schema, and what the broker must have."""

from pydantic import SecretStr

from services.cli.databases import answering
from services.cli.serve import CannotServe, read_settings, service_settings
from shared.messaging import BusUnavailable, RabbitBus
from shared.runtime.migrations import is_of_a_newer_version, migrate, pending_migrations
from shared.runtime.settings import Settings


class BrokerSettings(Settings):
    """Who declares the topology at the broker."""

    amqp_url: SecretStr


async def declare_topology() -> None:
    """Declare at the broker the exchange and every service's queue and bindings. Raises `CannotServe`."""
    bus = RabbitBus(read_settings(BrokerSettings).amqp_url.get_secret_value())
    try:
        await bus.declare()
    except BusUnavailable as error:
        raise CannotServe(str(error)) from error
    finally:
        await bus.close()


async def migrate_service(service: str) -> tuple[str | None, str | None]:
    """Upgrade a service's schema; the revision before and after. Raises `CannotServe`, `NoDatabase`.

    One of a newer version, which the present one was brought back from, is left as it is.
    """
    url = service_settings(service).database_url.get_secret_value()
    with answering(service):
        before, _ = await pending_migrations(service, url)
        if is_of_a_newer_version(service, before):
            return before, before
        await migrate(service, url)
        after, _ = await pending_migrations(service, url)
    return before, after
