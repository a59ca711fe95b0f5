"""Figures of contenders that did the same work in turns: medians, ranges, ratios, what was aimed at."""

import json
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

from shared.runtime.clock import real_now

KEPT = Path(__file__).parents[2] / "var" / "bench"
OURS = "peiyu"


@dataclass(frozen=True)
class Goal:
    """What is aimed at: a figure of ours, or its ratio to that of another in the same turn, at least or at most."""

    than: str | None = None
    at_least: float | None = None
    at_most: float | None = None

    def of(self, figures: Mapping[str, Sequence[float]]) -> list[float]:
        """What the goal looks at, a figure a turn."""
        return ratios(figures, self.than) if self.than else list(figures[OURS])

    def met(self, figures: Mapping[str, Sequence[float]]) -> bool:
        found = median(self.of(figures))
        return (self.at_least is None or found >= self.at_least) and (self.at_most is None or found <= self.at_most)

    def __str__(self) -> str:
        bound = f"≥ {self.at_least:,}" if self.at_least is not None else f"≤ {self.at_most:,}"
        return f"{bound} × {self.than}" if self.than else bound


@dataclass(frozen=True)
class Measured:
    """What was found, by contender: a figure a turn, and the most memory that its process had, in MB."""

    name: str
    title: str
    unit: str
    figures: Mapping[str, Sequence[float]]
    goal: Goal | None = None
    memory: Mapping[str, float] = field(default_factory=dict)


def ratios(figures: Mapping[str, Sequence[float]], than: str) -> list[float]:
    """Ours to another's, turn by turn."""
    return [ours / other for ours, other in zip(figures[OURS], figures[than], strict=True)]


def told(figures: Sequence[float]) -> tuple[str, str]:
    """Median and range."""
    least, most = min(figures), max(figures)
    form = ",.0f" if least >= 100 else ".1f" if least >= 10 else ".2f"
    return format(median(figures), form), f"{least:{form}}–{most:{form}}"


def show(measured: Measured) -> None:
    """Print a table, and keep the figures for the report."""
    table = Table(measured.unit, "median", "range", "peiyu to it", "range", "MB", title=measured.title)
    for name, figures in measured.figures.items():
        ratio = ("", "") if name == OURS else told(ratios(measured.figures, name))
        memory = measured.memory.get(name)
        table.add_row(name, *told(figures), *ratio, "" if memory is None else f"{memory:.0f}")
    if measured.goal:
        found = told(measured.goal.of(measured.figures))
        table.add_section()
        table.add_row(f"goal {measured.goal}", *found, "met" if measured.goal.met(measured.figures) else "missed")
    Console().print(table)
    keep(measured)


def keep(measured: Measured) -> None:
    KEPT.mkdir(parents=True, exist_ok=True)
    record = {"at": real_now().isoformat(timespec="seconds"), "machine": machine(), **asdict(measured)}
    (KEPT / f"{measured.name}.json").write_text(json.dumps(record, ensure_ascii=False, indent=1), encoding="utf-8")


def machine() -> str:
    """The machine that it was measured on."""
    system = platform.freedesktop_os_release().get("PRETTY_NAME", platform.system())
    return f"{os.cpu_count()} cores, {system}, {platform.python_implementation()} {platform.python_version()}"
