"""What `make bench` found last, as a page: a table, the contenders of each measurement, the curve as firms grow."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import matplotlib as mpl
from matplotlib import pyplot as plt

from benchmarks.measured.turns import KEPT, OURS, Goal, Measured, ratios, told

PAGE = KEPT / "report.md"
SIZED = re.compile(r"(.+)-(\d+)")
"""A measurement's name with so many firms."""


def main() -> None:
    mpl.use("svg")
    mpl.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": OURS, "axes.spines.top": False})
    records = [json.loads(path.read_text("utf-8")) for path in sorted(KEPT.glob("*.json"))]
    alone, curves = [], dict[str, dict[int, Measured]]()
    for measured in map(_measured, records):
        if sized := SIZED.fullmatch(measured.name):
            curves.setdefault(sized[1], {})[int(sized[2])] = measured
        else:
            alone.append(measured)
    machines = sorted({record["machine"] for record in records})
    PAGE.write_text("\n".join(page(alone, curves, machines)) + "\n", encoding="utf-8")
    print(PAGE)


def _measured(record: Mapping[str, Any]) -> Measured:
    goal = Goal(**record["goal"]) if record["goal"] else None
    named = {name: record[name] for name in ("name", "title", "unit", "figures", "memory")}
    return Measured(**named, goal=goal)


def page(
    alone: Sequence[Measured], curves: Mapping[str, Mapping[int, Measured]], machines: Sequence[str]
) -> Iterator[str]:
    yield "# What was measured\n"
    yield f"On {'; '.join(machines)}. Medians, with ranges, of contenders that took turns.\n"
    yield "| what | by whom | median | range | peiyu to it | range | goal | |"
    yield "|---|---|---|---|---|---|---|---|"
    for measured in alone:
        yield from rows(measured)
    for name, by_firms in curves.items():
        yield f"\n![{name}]({draw_curve(name, by_firms).name})"
    for measured in alone:
        if len(measured.figures) > 1:
            yield f"\n![{measured.title}]({draw(measured).name})"


def rows(measured: Measured) -> Iterator[str]:
    """Each contender's; the goal stands beside ours."""
    for name, figures in measured.figures.items():
        told_goal, ratio = ("", ""), ("", "")
        if name != OURS:
            ratio = told(ratios(measured.figures, name))
        elif measured.goal:
            told_goal = str(measured.goal), "met" if measured.goal.met(measured.figures) else "missed"
        cells = (measured.title if name == OURS else "", f"{name}, {measured.unit}", *told(figures), *ratio, *told_goal)
        yield f"| {' | '.join(cells)} |"


def draw(measured: Measured) -> Path:
    """A dot each turn, a line at each median."""
    figure, axes = plt.subplots(figsize=(8, 0.6 + 0.5 * len(measured.figures)), layout="constrained")
    for place, figures in enumerate(measured.figures.values()):
        axes.plot(figures, [place] * len(figures), "o", alpha=0.5)
        axes.plot([median(figures)] * 2, [place - 0.3, place + 0.3], color="black")
    axes.set(yticks=range(len(measured.figures)), yticklabels=list(measured.figures), xlabel=measured.unit)
    axes.set_xlim(left=0)
    axes.invert_yaxis()
    axes.set_title(measured.title, fontsize="medium", loc="left")
    return _kept(figure, measured.name)


def draw_curve(name: str, by_firms: Mapping[int, Measured]) -> Path:
    """A line each contender: medians, and ranges, by the number of firms."""
    sizes = sorted(by_firms)
    figure, axes = plt.subplots(figsize=(8, 3), layout="constrained")
    for contender in by_firms[sizes[0]].figures:
        turns = [by_firms[size].figures[contender] for size in sizes]
        middles = [median(each) for each in turns]
        apart = [
            [middle - min(each) for middle, each in zip(middles, turns, strict=True)],
            [max(each) - middle for middle, each in zip(middles, turns, strict=True)],
        ]
        axes.errorbar(sizes, middles, apart, marker="o", capsize=3, label=contender)
    axes.set(xscale="log", xlabel="firms", ylabel=by_firms[sizes[0]].unit)
    axes.set_ylim(bottom=0)
    axes.set_title(f"{name}, as firms grow", fontsize="medium", loc="left")
    axes.legend()
    return _kept(figure, f"{name}-curve")


def _kept(figure: Any, name: str) -> Path:
    path = KEPT / f"{name}.svg"
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)
    return path


if __name__ == "__main__":
    main()
