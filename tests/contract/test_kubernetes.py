"""What deploy/kubernetes says fits the services, the gateway, the broker, and itself."""

import copy
import json
import os
import re
import runpy

import pytest
from fastapi.routing import iter_route_contexts

from services.cli.catalogue import SERVICES, settings_class
from services.cli.main import app as command_line
from services.cli.serve import service_settings
from shared.contracts.subscriptions import SUBSCRIPTIONS
from shared.web.app import health
from tests.infrastructure.gateway import shipped_config
from tests.infrastructure.kubernetes import FOLDER, OVERLAYS, core_defects, custom_defects, main, rendered
from tests.infrastructure.network_policies import End, allowed

NAME, COMPONENT = "app.kubernetes.io/name", "app.kubernetes.io/component"
SERVED = (*SERVICES, "portal")
MADE_BY_OPERATORS = {"gateway-tls", "backup-store", "mail"}
"""Secrets that are a place's own; docs/kubernetes.md asks for them."""
ROOT = FOLDER.parents[1]
overlays = pytest.mark.parametrize("overlay", OVERLAYS)


def of(overlay, kind):
    """The resources of a kind, by name."""
    return {each["metadata"]["name"]: each for each in rendered(overlay) if each["kind"] == kind}


def pods(overlay):
    """The pod templates of our own, by the name of what starts them."""
    return {
        name: each["spec"]["template"]
        for kind in ("Deployment", "Job")
        for name, each in of(overlay, kind).items()
    }  # fmt: skip


def container(template):
    (found,) = template["spec"]["containers"]
    return found


def told(overlay):
    """What all services are told by variables."""
    (settings,) = (each for name, each in of(overlay, "ConfigMap").items() if name.startswith("settings-"))
    return settings["data"]


@pytest.fixture(scope="module")
def secrets(tmp_path_factory):
    """The Secrets that an installation has, by name: their keys and what these hold."""
    folder = tmp_path_factory.mktemp("secrets")
    runpy.run_path(str(ROOT / "deploy" / "secrets" / "make.py"))["make"](folder)
    made = runpy.run_path(str(FOLDER / "secrets.py"))["secrets"](folder)
    return {each["metadata"]["name"]: each["stringData"] for each in made}


@overlays
def test_kubernetes_takes_what_is_its_own(overlay):
    assert list(core_defects(rendered(overlay))) == []


def test_the_check_names_what_is_wrong():
    deployment = copy.deepcopy(of("city", "Deployment")["profile"])
    container(deployment["spec"]["template"])["comand"] = ["peiyu"]
    (defect,) = core_defects([deployment])

    assert defect.startswith("Deployment profile: spec/template/spec/containers/0: ")
    assert "comand" in defect


def test_custom_resources_are_checked_by_the_folder_of_schemas(tmp_path):
    schema = {"type": "object", "properties": {"spec": {"type": "object", "properties": {"size": {"type": "integer"}}}}}
    (tmp_path / "a.example_v1_Thing.json").write_text(json.dumps(schema))
    thing = {"apiVersion": "a.example/v1", "kind": "Thing", "metadata": {"name": "x"}, "spec": {"size": 1}}
    wrong = thing | {"spec": {"size": "1", "seize": 2}}
    unknown = thing | {"kind": "Other"}

    assert list(custom_defects([thing], tmp_path)) == []
    assert len(list(custom_defects([wrong], tmp_path))) == 2
    assert list(custom_defects([unknown], tmp_path)) == ["Other x: there is no a.example_v1_Other.json"]


def test_without_the_folder_of_schemas_the_check_says_so_and_fails(monkeypatch):
    monkeypatch.delenv("PEIYU_CRD_SCHEMAS", raising=False)
    said = []

    assert main(said.append) == 1
    assert "PEIYU_CRD_SCHEMAS" in said[0]


@overlays
def test_every_service_is_deployed_and_the_stand_in_is_not(overlay):
    deployed = of(overlay, "Deployment")

    assert deployed.keys() == {*SERVED, "gateway"}
    for name in SERVED:
        assert container(deployed[name]["spec"]["template"])["args"] == ["serve", name]
    for kind in ("Service", "PodDisruptionBudget", "ScaledObject"):
        assert of(overlay, kind).keys() == deployed.keys(), kind


@overlays
def test_what_must_be_there_before_a_version_is_served_is_made_by_jobs(overlay):
    arguments = {tuple(container(each["spec"]["template"])["args"]) for each in of(overlay, "Job").values()}

    assert arguments == {("declare",), *(("migrate", service) for service in SERVICES)}
    commands = {each.name or each.callback.__name__ for each in command_line.registered_commands}
    assert {"declare", "migrate", "serve"} <= commands


@overlays
def test_probes_ask_for_what_is_there(overlay):
    async def ready():
        return {}

    paths = {str(each.path) for each in iter_route_contexts(health("any", ready).routes)}
    for name in SERVED:
        probed = container(of(overlay, "Deployment")[name]["spec"]["template"])
        for probe, path in (("startupProbe", "/healthz"), ("livenessProbe", "/healthz"), ("readinessProbe", "/readyz")):
            assert probed[probe]["httpGet"] == {"path": path, "port": "http"}
            assert path in paths


@overlays
@pytest.mark.parametrize("service", SERVED)
def test_a_service_starts_with_what_its_pod_is_given(overlay, service, secrets, tmp_path, monkeypatch):
    template = pods(overlay)[service]
    for name in list(os.environ):
        if name.startswith(("PEIYU_", *(f"{each.upper()}_" for each in SERVED))):
            monkeypatch.delenv(name)
    for name, value in (
        told(overlay) | {each["name"]: each["value"] for each in container(template).get("env", ())}
    ).items():
        monkeypatch.setenv(name, value)
    for name, value in {
        key: value for each in mounted(template) for key, value in secrets.get(each, {}).items()
    }.items():
        (tmp_path / name).write_text(value)
    monkeypatch.setenv("PEIYU_SECRETS_DIR", str(tmp_path))

    settings = service_settings(service) if service in SERVICES else settings_class(service)()

    if service in SERVICES:
        assert settings.production
        assert f"@postgres.peiyu.svc/{service}" in settings.database_url.get_secret_value()
        assert "@rabbitmq.peiyu.svc/" in settings.amqp_url.get_secret_value()
        assert not settings.amqp_declare
    else:
        assert settings.api_url == "http://gateway:8000"
        assert settings.secure
    assert len(list(tmp_path.iterdir())) == 2, "a pod has its own secrets only"


def mounted(template):
    """The Secrets that a pod sees as files."""
    names = []
    for volume in template["spec"]["volumes"]:
        sources = volume.get("projected", {}).get("sources", ())
        names += [each["secret"]["name"] for each in sources if "secret" in each]
        names += [volume["secret"]["secretName"]] if "secret" in volume else []
    return names


@overlays
def test_every_variable_is_a_setting(overlay):
    known = {"PEIYU_ENV"}
    for service in SERVED:
        kind = settings_class(service)
        known |= {f"{prefix}{name.upper()}" for name in kind.model_fields for prefix in (kind.prefix, "PEIYU_")}
        known |= {str(each.validation_alias) for each in kind.model_fields.values() if each.validation_alias}

    assert told(overlay).keys() <= known


@overlays
def test_every_secret_that_is_named_is_made_or_asked_for(overlay, secrets):
    named = set()
    for resource in rendered(overlay):
        named |= set(secret_names(resource))
    own = {name for name in named if name not in MADE_BY_OPERATORS}

    assert own == secrets.keys()
    assert MADE_BY_OPERATORS <= named
    manual = (ROOT / "docs" / "kubernetes.md").read_text(encoding="utf-8")
    assert all(f"`{name}`" in manual for name in MADE_BY_OPERATORS)
    for trigger in of(overlay, "TriggerAuthentication").values():
        for each in trigger["spec"]["secretTargetRef"]:
            assert secrets[each["name"]][each["key"]].startswith("amqp://")
    assert not [each for each in rendered(overlay) if each["kind"] == "Secret"]


def secret_names(part, key=""):
    if isinstance(part, dict):
        for name, value in part.items():
            if name == "secretName":
                yield value
            elif name == "name" and key in {
                "secret",
                "passwordSecret",
                "accessKeyId",
                "certificateRefs",
                "secretTargetRef",
            }:
                yield value
            else:
                yield from secret_names(value, name)
    elif isinstance(part, list):
        for each in part:
            yield from secret_names(each, key)


@overlays
def test_every_config_map_and_claim_that_is_named_is_there(overlay):
    there = of(overlay, "ConfigMap").keys()
    text = json.dumps(rendered(overlay))

    assert {*re.findall(r'"configMap(?:Ref)?": \{"name": "([^"]*)"', text)} == there
    assert {*re.findall(r'"claimName": "([^"]*)"', text)} == of(overlay, "PersistentVolumeClaim").keys()
    gateway = next(each for name, each in of(overlay, "ConfigMap").items() if name.startswith("gateway-"))
    for name in ("envoy.yaml", "tls.yaml"):
        assert gateway["data"][name] == (ROOT / "deploy" / "gateway" / name).read_text(encoding="utf-8")
    definitions = of(overlay, "ConfigMap")["rabbitmq-definitions"]["data"]["1-permissions.json"]
    assert definitions == (ROOT / "deploy" / "rabbitmq" / "definitions.json").read_text(encoding="utf-8")


@overlays
def test_selectors_find_the_pods_and_ports_are_the_gateways(overlay):
    templates = pods(overlay)
    for kind, path in (("Deployment", "matchLabels"), ("PodDisruptionBudget", "matchLabels"), ("Service", None)):
        for name, each in of(overlay, kind).items():
            selector = each["spec"]["selector"][path] if path else each["spec"]["selector"]
            assert [
                found for found, of_ in templates.items() if selector.items() <= of_["metadata"]["labels"].items()
            ] == [name]
    clusters = {each["name"]: each for each in shipped_config()["static_resources"]["clusters"]}
    for name in SERVED:
        ((replica,),) = (each["lb_endpoints"] for each in clusters[name]["load_assignment"]["endpoints"])
        address = replica["endpoint"]["address"]["socket_address"]
        service = of(overlay, "Service")[name]["spec"]
        (port,) = container(templates[name])["ports"]
        assert address == {"address": name, "port_value": port["containerPort"]}
        assert service["clusterIP"] == "None"
        assert service["ports"] == [{"name": "http", "port": port["containerPort"], "targetPort": port["name"]}]
    listeners = {
        each["name"]: each["address"]["socket_address"] for each in shipped_config()["static_resources"]["listeners"]
    }
    assert container(templates["gateway"])["ports"] == [
        {"name": name, "containerPort": listeners[listener]["port_value"]}
        for name, listener in (("http", "inside"), ("stats", "stats"))
    ]
    (to_gateway,) = of(overlay, "HTTPRoute")["public"]["spec"]["rules"][0]["backendRefs"]
    assert to_gateway == {"name": "gateway", "port": of(overlay, "Service")["gateway"]["spec"]["ports"][0]["port"]}


@overlays
def test_services_grow_with_their_own_queues(overlay):
    scaled = of(overlay, "ScaledObject")
    queues = {
        name: trigger
        for name, each in scaled.items()
        for trigger in each["spec"]["triggers"]
        if trigger["type"] == "rabbitmq"
    }

    assert queues.keys() == SUBSCRIPTIONS.keys()
    for name, trigger in queues.items():
        assert trigger["metadata"]["queueName"] == f"peiyu.{name}"
        assert trigger["authenticationRef"] == {"name": name}
    for name, each in scaled.items():
        assert each["spec"]["scaleTargetRef"] == {"name": name}
        assert 2 <= each["spec"]["minReplicaCount"] < each["spec"]["maxReplicaCount"]
        assert "replicas" not in of(overlay, "Deployment")[name]["spec"], "every roll-out would undo what KEDA chose"


@overlays
def test_the_database_has_connections_for_all_replicas_that_there_may_be(overlay):
    pool = settings_class("profile").model_fields["database_pool"].default
    most = sum(of(overlay, "ScaledObject")[name]["spec"]["maxReplicaCount"] + 1 for name in SERVICES)
    parameters = of(overlay, "Cluster")["postgres"]["spec"]["postgresql"]["parameters"]

    assert most * (pool + 2) + 30 <= int(parameters["max_connections"])


@overlays
def test_pods_may_do_no_more_than_they_need(overlay):
    user = int(re.search(r"^USER (\d+)", (ROOT / "deploy" / "image" / "Dockerfile").read_text(), re.MULTILINE)[1])
    for name, template in pods(overlay).items():
        whole, own = template["spec"], container(template)
        assert whole["automountServiceAccountToken"] is False, name
        assert whole["securityContext"]["runAsNonRoot"] is True
        assert whole["securityContext"]["runAsUser"] == (65534 if name == "gateway" else user)
        assert whole["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert own["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert own["resources"]["requests"].keys() == {"cpu", "memory"}
        assert "memory" in own["resources"]["limits"]
        assert re.fullmatch(r".+:v?\d+\.\d+\.\d+", own["image"]), own["image"]


@overlays
def test_a_pod_has_time_to_stop(overlay):
    for name in SERVICES:
        template = pods(overlay)[name]
        pause = container(template)["lifecycle"]["preStop"]["sleep"]["seconds"]
        stop = settings_class(name).model_fields["stop_timeout"].default
        assert template["spec"]["terminationGracePeriodSeconds"] >= pause + stop + 5


def ends(overlay):
    """Everybody who could talk: our pods, those that operators make, other namespaces, the world."""
    own = [End(name, "peiyu", template["metadata"]["labels"]) for name, template in pods(overlay).items()]
    own += [End("postgres", "peiyu", {"cnpg.io/cluster": "postgres"}), End("rabbitmq", "peiyu", {NAME: "rabbitmq"})]
    others = ("gateway-system", "monitoring", "keda", "cnpg-system", "default")
    names = End("kube-dns", "kube-system", {"k8s-app": "kube-dns"})
    return [*own, names, *(End(name, name) for name in others), End("world", None)]


@overlays
def test_everybody_reaches_what_they_need_and_nothing_else(overlay):
    policies = of(overlay, "NetworkPolicy").values()
    everybody = ends(overlay)
    outside = {None, "kube-system", "gateway-system", "monitoring", "keda", "cnpg-system", "default"}
    ports = {each["port"] for policy in policies for way in ("ingress", "egress") for rule in policy["spec"].get(way, ()) for each in rule["ports"]} | {22, 80}  # fmt: skip
    found = {
        (source.name, target.name, port)
        for source in everybody
        for target in everybody
        for port in ports
        if not {source.namespace, target.namespace} <= outside and allowed(policies, source, target, port)
    }
    own = [end.name for end in everybody if end.namespace == "peiyu"]
    migrations = [f"migrate-{service}" for service in SERVICES]

    assert found == {
        ("gateway-system", "gateway", 8000),
        ("portal", "gateway", 8000),
        *(("gateway", service, 8000) for service in SERVED),
        *(("monitoring", service, 8000) for service in SERVED),
        ("monitoring", "gateway", 9902),
        *((service, "monitoring", 4318) for service in ("gateway", *SERVED)),
        *((service, "postgres", 5432) for service in (*SERVICES, *migrations, "cnpg-system", "postgres")),
        *((service, "rabbitmq", 5672) for service in (*SERVICES, "declare", "keda")),
        *((service, "world", 443) for service in (*SERVED, "postgres", "rabbitmq")),
        *((operated, "world", 6443) for operated in ("postgres", "rabbitmq")),
        *(("notifier", "world", port) for port in (25, 465, 587)),
        *(("rabbitmq", "rabbitmq", port) for port in (4369, 25672)),
        ("postgres", "postgres", 8000),
        ("cnpg-system", "postgres", 8000),
        ("monitoring", "postgres", 9187),
        ("monitoring", "rabbitmq", 15692),
        *((each, "kube-dns", 53) for each in own),
    }
    assert all(allowed(policies, end, everybody[len(own)], 53, "UDP") for end in everybody[: len(own)])
