"""What is measured, what is written of it, and what alerts and dashboards look at, is the same."""

import importlib
import json
import re
from pathlib import Path

import pytest
from prometheus_client import REGISTRY
from ruamel.yaml import YAML

ROOT = Path(__file__).parents[3]
OBSERVABILITY = ROOT / "deploy" / "observability"
DOCUMENT = (ROOT / "docs" / "observability.md").read_text(encoding="utf-8")
ALERTS = YAML(typ="safe").load((OBSERVABILITY / "prometheus" / "alerts.yml").read_text(encoding="utf-8"))
RULES = [rule for group in ALERTS["groups"] for rule in group["rules"]]
DASHBOARDS = sorted((OBSERVABILITY / "grafana" / "dashboards").glob("*.json"))
SUFFIXES = {"counter": ("_total",), "gauge": ("",), "histogram": ("_bucket", "_count", "_sum")}
OF_PROMETHEUS = {"job", "instance", "le"}


@pytest.fixture(scope="module")
def measured():
    """Every metric of ours by its name as it is scraped up to its suffix: its kind and labels."""
    for module in ("services.notifier.main", "services.cli.run"):
        importlib.import_module(module)
    found = {}
    for collector in set(REGISTRY._names_to_collectors.values()):
        name = getattr(collector, "_name", "")
        if name.startswith("peiyu_") and "test" not in name:
            suffix = "_total" if collector._type == "counter" else ""
            found[name + suffix] = (collector._type, tuple(collector._labelnames))
    return found


def test_every_metric_is_documented_as_it_is(measured):
    rows = re.findall(r"^\| `(peiyu_\w+)` \| (\w+) \| ([\w, ]*)\|", DOCUMENT, re.MULTILINE)
    written = {
        name: (kind, tuple(labels.replace(" ", "").split(",")) if labels.strip() else ()) for name, kind, labels in rows
    }
    assert written == measured


def test_names_tell_their_units(measured):
    for name, (kind, labels) in measured.items():
        assert kind != "counter" or name.endswith("_total")
        assert kind != "histogram" or name.endswith("_seconds")
        assert not {"credit_code", "id", "path", "recipient", "caller"} & set(labels)


PANELS = [
    (f"{file.stem}: {panel['title']}", target["expr"])
    for file in DASHBOARDS
    for panel in json.loads(file.read_text(encoding="utf-8"))["panels"]
    for target in panel["targets"]
]
EXPRESSIONS = [*((rule["alert"], rule["expr"]) for rule in RULES), *PANELS]


@pytest.mark.parametrize(("where", "expression"), EXPRESSIONS)
def test_only_what_is_measured_is_looked_at(where, expression, measured):
    scraped = {
        name.removesuffix("_total") + suffix: (*labels, *OF_PROMETHEUS)
        for name, (kind, labels) in measured.items()
        for suffix in SUFFIXES[kind]
    }
    used = re.findall(r"\b((?:peiyu|envoy|rabbitmq)_\w+)(?:\{([^}]*)\})?", re.sub(r"(by|on) \([^)]*\)", "", expression))
    assert used or re.search(r"\b(up|process_\w+)\b", expression), where
    for name, selector in used:
        if name.startswith("peiyu_"):
            assert name in scraped
            assert set(re.findall(r"(\w+)(?:=~|!=|=)\"", selector)) <= set(scraped[name])
        else:
            assert f"`{name}`" in DOCUMENT
    ours = {label for name, _ in used if name.startswith("peiyu_") for label in scraped[name]}
    grouped = {label.strip() for each in re.findall(r"by \(([^)]*)\)", expression) for label in each.split(",")}
    assert not ours or grouped <= ours


def test_every_alert_says_what_is_to_be_done():
    assert len({rule["alert"] for rule in RULES}) == len(RULES)
    for rule in RULES:
        assert rule["labels"]["severity"] in {"critical", "warning", "info"}
        anchor = rule["annotations"]["runbook"].removeprefix("docs/observability.md#")
        assert f'| <a id="{anchor}"></a>`{rule["alert"]}` |' in DOCUMENT
    assert set(re.findall(r"</a>`(\w+)`", DOCUMENT)) == {rule["alert"] for rule in RULES}


def test_prometheus_finds_every_service_and_grafana_every_dashboard():
    read = YAML(typ="safe").load
    prometheus = read((OBSERVABILITY / "prometheus" / "prometheus.yml").read_text(encoding="utf-8"))
    jobs = {job["job_name"]: job for job in prometheus["scrape_configs"]}
    from services.cli.routes import ROUTES

    assert set(jobs["peiyu"]["dns_sd_configs"][0]["names"]) == {service for _, service in ROUTES}
    assert prometheus["rule_files"] == ["alerts.yml"]
    source = read((OBSERVABILITY / "grafana/provisioning/datasources/prometheus.yml").read_text(encoding="utf-8"))
    (uid,) = [each["uid"] for each in source["datasources"]]
    for file in DASHBOARDS:
        dashboard = json.loads(file.read_text(encoding="utf-8"))
        assert dashboard["uid"] == file.stem
        assert {panel["datasource"]["uid"] for panel in dashboard["panels"]} == {uid}
        assert len({panel["id"] for panel in dashboard["panels"]}) == len(dashboard["panels"])
