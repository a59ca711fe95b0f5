"""The services' databases: those of the environment, or those of a `peiyu run`."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from services.cli.catalogue import SERVICES
from services.cli.local import local_postgres
from services.cli.run import MARK
from services.cli.serve import CannotServe, service_settings


class NoDatabase(Exception):
    """There is no database as the environment says, or in the folder"""


@contextmanager
def databases(services: Sequence[str], data_dir: Path | None) -> Iterator[Mapping[str, str]]:
    """URLs by service: of the environment, or of `peiyu run` in its folder, which may be running.

    Raises `NoDatabase`.
    """
    if data_dir is None:
        try:
            yield {service: service_settings(service).database_url.get_secret_value() for service in services}
        except CannotServe as error:
            raise NoDatabase(str(error)) from error
        return
    folder = data_dir.resolve()
    if not (folder / MARK).exists():
        raise NoDatabase(f"{folder} is not the folder of a peiyu run")
    with local_postgres(folder / "postgres", SERVICES) as urls:
        yield urls
