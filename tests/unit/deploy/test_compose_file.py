"""docker-compose.yml and what it mounts, read without an engine: nothing forgotten, nothing loose, nothing misspelt."""

import hashlib
import importlib.util
import json
import re
from base64 import b64decode
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from services.cli.catalogue import SERVICES, settings_class
from services.cli.prepare import BrokerSettings
from services.login.settings import LoginSettings
from services.portal.settings import PortalSettings
from shared.contracts import EVENT_TYPES
from shared.contracts.subscriptions import SUBSCRIPTIONS

ROOT = Path(__file__).parents[3]
DEPLOY = ROOT / "deploy"
DEVELOPMENT = DEPLOY / "secrets" / "development"
COMPOSE = YAML(typ="safe").load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
CONTAINERS = COMPOSE["services"]
PRODUCTION = YAML().load((DEPLOY / "production.yml").read_text(encoding="utf-8"))
OURS = {name: one for name, one in CONTAINERS.items() if "build" in one}
ONCE = {"migrate", "declare"}
BRINGS_ITS_OWN_CHECK = {"mailpit"}
DEFINITIONS = json.loads((DEPLOY / "rabbitmq" / "definitions.json").read_text(encoding="utf-8"))


def names_of(kind):
    """The variables that these settings are read from."""
    for name, field in kind.model_fields.items():
        yield from (
            {field.validation_alias}
            if field.validation_alias
            else {f"{kind.prefix}{name}".upper(), f"PEIYU_{name}".upper()}
        )


KINDS = {**{service: settings_class(service) for service in SERVICES}, "portal": PortalSettings, "login": LoginSettings}
SETTINGS = {name: set(names_of(kind)) for name, kind in KINDS.items()}
SETTINGS["migrate"] = set().union(*(SETTINGS[service] for service in SERVICES))
SETTINGS["declare"] = set(names_of(BrokerSettings))
COLLECTOR = "OTEL_EXPORTER_OTLP_ENDPOINT"


def secret_names(container):
    """Where a container finds its secrets, to which of them."""
    for each in container.get("secrets", ()):
        yield (each, each) if isinstance(each, str) else (each["target"], each["source"])


def test_every_service_has_a_container():
    assert {
        *SERVICES,
        "portal",
        "login",
        "gateway",
        "postgres",
        "rabbitmq",
        "mailpit",
        "prometheus",
        "grafana",
    } | ONCE == set(CONTAINERS)
    assert {name: one["command"] for name, one in OURS.items()} == {
        **{name: ["serve", name] for name in (*SERVICES, "portal", "login")},
        "migrate": ["migrate", "all"],
        "declare": ["declare"],
    }


@pytest.mark.parametrize("name", CONTAINERS)
def test_a_container_has_no_more_rights_than_it_needs(name):
    container = CONTAINERS[name]
    assert container["read_only"] is True
    assert container["cap_drop"] == ["ALL"]
    assert container["security_opt"] == ["no-new-privileges:true"]
    assert container["mem_limit"]
    assert container["pids_limit"]
    assert container["logging"]["options"].keys() == {"max-size", "max-file"}
    assert "privileged" not in container
    assert "container_name" not in container  # or it could not be scaled
    assert name == "postgres" or "cap_add" not in container


@pytest.mark.parametrize("name", CONTAINERS)
def test_an_image_is_named_by_its_version(name):
    image = CONTAINERS[name]["image"]
    tag = re.sub(r"\$\{\w+:-(.*)\}", r"\1", image).partition(":")[2]
    assert re.search(r"\d", tag), image


@pytest.mark.parametrize("name", sorted(CONTAINERS.keys() - ONCE - BRINGS_ITS_OWN_CHECK))
def test_a_container_is_checked(name):
    assert CONTAINERS[name]["healthcheck"]["test"][0] in ("CMD", "CMD-SHELL")


@pytest.mark.parametrize("name", CONTAINERS)
def test_only_this_machine_reaches_a_container_but_the_gateway(name):
    for port in CONTAINERS[name].get("ports", ()):
        assert port.startswith("${PEIYU_ADDRESS:-127.0.0.1}:" if name == "gateway" else "127.0.0.1:")


def test_a_service_starts_on_its_schema_and_topology():
    for service in SERVICES:
        assert {name: it["condition"] for name, it in CONTAINERS[service]["depends_on"].items()} == dict.fromkeys(
            ONCE, "service_completed_successfully"
        )
    assert CONTAINERS["migrate"]["depends_on"] == {"postgres": {"condition": "service_healthy"}}
    assert CONTAINERS["declare"]["depends_on"] == {"rabbitmq": {"condition": "service_healthy"}}


@pytest.mark.parametrize("name", OURS)
def test_a_variable_and_a_secret_are_settings(name):
    container = OURS[name]
    given = set(container.get("environment", ())) | {target.upper() for target, _ in secret_names(container)}
    assert given <= SETTINGS[name] | {COLLECTOR}


@pytest.mark.parametrize("name", [*SERVICES, "portal", "login", "gateway"])
def test_who_serves_is_told_of_the_collector(name):
    assert CONTAINERS[name]["environment"][COLLECTOR] == f"${{{COLLECTOR}:-}}"


@pytest.mark.parametrize("name", CONTAINERS)
def test_what_is_secret_is_given_by_file(name):
    container = CONTAINERS[name]
    for variable in container.get("environment", ()):
        assert not re.search(
            r"PASSWORD|SECRET|_KEY|DATABASE_URL|AMQP_URL", variable.removesuffix("_FILE")
        ) or variable.endswith("_FILE")
    assert {source for _, source in secret_names(container)} <= COMPOSE["secrets"].keys()


def test_a_service_knows_the_secrets_of_no_other():
    for service in SERVICES:
        names = {target for target, _ in secret_names(CONTAINERS[service])}
        assert {f"{service}_database_url", f"{service}_amqp_url"} <= names
        assert all(name.startswith(f"{service}_") for name in names)
        assert "data" in CONTAINERS[service]["networks"]
    for name in ("gateway", "portal", "login", "mailpit"):
        assert CONTAINERS[name]["networks"] == ["web"]


def test_every_mounted_file_is_there():
    for container in CONTAINERS.values():
        for volume in container.get("volumes", ()):
            source = re.sub(r"\$\{\w+:-(.*)\}:", r"\1:", volume).partition(":")[0]
            if "observability" not in source:
                assert source in COMPOSE["volumes"] or (ROOT / source).exists(), volume
    for secret in COMPOSE["secrets"].values():
        assert (ROOT / re.sub(r"\$\{\w+:-(.*)\}", r"\1", secret["file"])).is_file()


def test_the_image_is_made_of_hashed_requirements_and_runs_as_nobody_in_particular():
    lines = (DEPLOY / "image" / "Dockerfile").read_text(encoding="utf-8").splitlines()
    assert any("--require-hashes" in line for line in lines)
    assert [line for line in lines if line.startswith("USER")] == ["USER 10001:10001"]
    assert not any("index" in line for line in lines)
    for name in OURS:
        for volume in CONTAINERS[name].get("volumes", ()):
            target = re.sub(r"\$\{[^}]*\}", "", volume).split(":")[1]
            assert target == "/etc/peiyu/rules" or any(target in line for line in lines), "a volume nobody may write to"


@pytest.fixture(scope="module")
def make():
    spec = importlib.util.spec_from_file_location("make_secrets", DEPLOY / "secrets" / "make.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def passwords(folder, kind):
    return {
        file.name.removesuffix(f"_{kind}_url"): re.search(r"//(\w+):(\w+)@", file.read_text()).groups()
        for file in folder.glob(f"*_{kind}_url")
    }


def test_secrets_are_made_as_containers_want_them_and_are_not_made_twice(make, tmp_path):
    folder = tmp_path / "secrets"
    make.make(folder)
    made = {file.name: file.read_bytes() for file in folder.iterdir()}
    assert made.keys() == {file.name for file in DEVELOPMENT.iterdir()}
    assert made.keys() == {Path(secret["file"]).name for secret in COMPOSE["secrets"].values()}
    assert folder.stat().st_mode & 0o777 == 0o700
    make.make(folder)
    again = {file.name: file.read_bytes() for file in folder.iterdir()}
    assert {name for name in made if made[name] != again[name]} <= {"rabbitmq_users.json"}
    other = tmp_path / "other"
    make.make(other)
    same = {file.name for file in other.iterdir() if file.read_bytes() == made[file.name]}
    assert same == {"notifier_smtp_password"}  # the mail server's, to be filled in


@pytest.mark.parametrize("folder", ["shipped", "made"])
def test_the_broker_and_its_users_agree_on_their_passwords(folder, make, tmp_path):
    folder = DEVELOPMENT if folder == "shipped" else tmp_path / "secrets"
    make.make(folder) if folder != DEVELOPMENT else None
    hashes = {
        user["name"]: b64decode(user["password_hash"])
        for user in json.loads((folder / "rabbitmq_users.json").read_text())["users"]
    }
    known = passwords(folder, "amqp")
    assert hashes.keys() == known.keys() == {*SERVICES, "topology"}
    for name, (user, password) in known.items():
        assert user == name
        assert hashes[name] == hashes[name][:4] + hashlib.sha256(hashes[name][:4] + password.encode()).digest()
    assert passwords(folder, "database").keys() == set(SERVICES)


def test_a_service_may_publish_the_events_that_it_makes_and_take_from_its_queue():
    permissions = {each["user"]: each for each in DEFINITIONS["permissions"]}
    topics = {each["user"]: each["write"] for each in DEFINITIONS["topic_permissions"]}
    assert permissions.keys() == {*SERVICES, "topology"}
    for service in SERVICES:
        mine = {type_ for type_, data in EVENT_TYPES.items() if data.producer == service}
        may = permissions[service]
        assert not any(re.search(may["configure"], name) for name in ("peiyu.events", f"peiyu.{service}"))
        assert bool(re.search(may["write"], "peiyu.events")) is bool(mine)
        assert {type_ for type_ in EVENT_TYPES if re.search(topics.get(service, "^$"), type_)} == mine
        assert [taken for taken in SUBSCRIPTIONS if re.search(may["read"], f"peiyu.{taken}")] == [service]


def test_production_leaves_the_stand_ins_out_and_asks_for_what_must_be_ones_own():
    changed = PRODUCTION["services"]
    assert {name for name, it in changed.items() if "profiles" in it} == {"login", "mailpit"}
    assert not any({"login", "mailpit"} & one.get("depends_on", {}).keys() for one in CONTAINERS.values())
    assert not list(changed["profile"]["ports"])  # where the clock is moved
    serving = OURS.keys() - {"login", "declare"}
    assert {
        name for name, it in changed.items() if it.get("environment", {}).get("PEIYU_ENV") == "production"
    } == serving
    for name in serving:
        assert changed[name]["environment"].keys() <= SETTINGS[name]
    text = (DEPLOY / "production.yml").read_text(encoding="utf-8")
    assert set(re.findall(r"\$\{(\w+):\?", text)) == {
        "PEIYU_AUTH_ISSUER",
        "PEIYU_PUBLIC_URL",
        "PEIYU_SECRETS",
        "PEIYU_TLS",
        "NOTIFIER_SMTP_HOST",
    }


def test_the_example_explains_every_variable_and_invents_none():
    explained = set(
        re.findall(r"^(?:# )?([A-Z_]+)=", (ROOT / ".env.example").read_text(encoding="utf-8"), re.MULTILINE)
    )
    files = (ROOT / "docker-compose.yml", DEPLOY / "production.yml")
    used = {name for file in files for name in re.findall(r"\$\{(\w+)", file.read_text(encoding="utf-8"))}
    assert used <= explained
    assert explained - used <= set().union(*SETTINGS.values())
