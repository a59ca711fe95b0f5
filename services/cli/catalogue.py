"""The services by name: their settings and how each is built."""

import importlib
from typing import Protocol, cast

from shared.runtime.settings import ServiceSettings
from shared.web.assembly import Service, Surroundings

SERVICES = ("profile", "changes", "reviews", "notifier")


class Build(Protocol):
    def __call__(self, settings: ServiceSettings, around: Surroundings | None = None) -> Service: ...


def settings_class(service: str) -> type[ServiceSettings]:
    """The settings of a service, such as `ProfileSettings`."""
    module = importlib.import_module(f"services.{service}.settings")
    return cast(type[ServiceSettings], getattr(module, f"{service.capitalize()}Settings"))


def builder(service: str) -> Build:
    """`build` of a service's `main`; only the service asked for is imported."""
    return cast(Build, importlib.import_module(f"services.{service}.main").build)
