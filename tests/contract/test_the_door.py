"""What holds for every request at the gateway: TLS, limits of each client, headers, pages for people."""

import ssl
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from ipaddress import ip_address
from itertools import count, islice
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from shared.runtime.clock import real_now
from tests.infrastructure.collector import Collector
from tests.infrastructure.gateway import Gateway, echoes, running
from tests.infrastructure.processes import wait_until_ready
from tests.system.conftest import eventually

HOST = "127.0.0.1"
BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


def certify(folder: Path, name: str) -> None:
    """Put a certificate of our own into `folder` as Kubernetes does: all at once, by a link that moves."""
    key = ec.generate_private_key(ec.SECP256R1())
    called = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = real_now()
    certificate = (
        x509.CertificateBuilder(called, called, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(HOST))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    version = folder / f"..{name}"
    version.mkdir(parents=True)
    (version / "tls.crt").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (version / "tls.key").write_bytes(key.private_bytes(serialization.Encoding.PEM, *private))
    (folder / "..next").symlink_to(version.name)
    (folder / "..next").rename(folder / "..data")
    for file in ("tls.crt", "tls.key"):
        if not (folder / file).exists():
            (folder / file).symlink_to(f"..data/{file}")


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("certificates")
    certify(folder, "first")
    return folder


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory, certificates: Path) -> Iterator[Gateway]:
    """The shipped gateway in front of all services but the portal and the notifier, which are down."""
    scratch = tmp_path_factory.mktemp("door")
    with (
        echoes("profile", "changes", "reviews", "login") as endpoints,
        running(endpoints, scratch, certificate=certificates) as gateway,
    ):
        yield gateway


def trusting(folder: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=folder / "tls.crt")


def ask(door: Gateway, path: str, **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.get(f"{door.url}{path}", headers=named, trust_env=False)


def test_the_door_speaks_tls_with_the_mounted_certificate(door: Gateway, certificates: Path) -> None:
    url = f"https://{HOST}:{door.ports['tls']}/api/v1/enterprises"
    with httpx.Client(verify=trusting(certificates), trust_env=False) as client:
        answer = client.get(url, headers={"X-Forwarded-For": "198.51.100.7", "X-Forwarded-Proto": "http"})

    assert answer.headers["strict-transport-security"] == "max-age=31536000"
    seen = answer.json()["headers"]
    assert seen["x-forwarded-proto"] == "https"
    assert seen["x-client-address"] == HOST


def test_a_renewed_certificate_is_served_without_a_restart(door: Gateway, certificates: Path) -> None:
    address = HOST, door.ports["tls"]
    before = ssl.get_server_certificate(address)

    certify(certificates, "second")

    wait_until_ready(
        lambda: ssl.get_server_certificate(address) != before, None, None, name="the new certificate", within=30
    )
    assert ssl.get_server_certificate(address).strip() == (certificates / "tls.crt").read_text().strip()


def test_plain_http_is_sent_to_tls(door: Gateway) -> None:
    url = f"http://{HOST}:{door.ports['to_tls']}/changes?status=draft"
    answer = httpx.get(url, headers={"Host": "peiyu.example"}, trust_env=False)

    assert (answer.status_code, answer.headers["location"]) == (308, "https://peiyu.example/changes?status=draft")


def test_without_a_certificate_the_other_ports_answer(tmp_path: Path) -> None:
    nowhere = tmp_path / "not mounted"
    with echoes("profile") as endpoints, running(endpoints, tmp_path, certificate=nowhere) as gateway:
        assert ask(gateway, "/api/v1/enterprises").status_code == 200
        with pytest.raises(httpx.TransportError):
            httpx.get(f"https://{HOST}:{gateway.ports['tls']}/", verify=False, trust_env=False)


def test_the_hop_in_front_says_who_calls_and_how(door: Gateway) -> None:
    answer = ask(door, "/api/v1/enterprises", X_Forwarded_For="198.51.100.7", X_Forwarded_Proto="https")

    assert answer.json()["headers"]["x-client-address"] == "198.51.100.7"
    assert "strict-transport-security" in answer.headers
    assert "strict-transport-security" not in ask(door, "/api/v1/enterprises").headers


def test_nobody_says_of_oneself_for_whom_one_calls(door: Gateway) -> None:
    answer = ask(door, "/api/v1/enterprises", X_Client_Address="203.0.113.9", X_Forwarded_For="198.51.100.7")

    assert answer.json()["headers"]["x-client-address"] == "198.51.100.7"


@pytest.mark.parametrize(("path", "status"), [("/api/v1/enterprises", 200), ("/api/v1/none", 404), ("/changes", 503)])
def test_every_answer_has_the_headers_once(door: Gateway, path: str, status: int) -> None:
    answer = ask(door, path)

    assert answer.status_code == status
    for name in ("x-content-type-options", "referrer-policy", "content-security-policy", "ratelimit", "x-request-id"):
        assert len(answer.headers.get_list(name)) == 1, name
    assert not [name for name in answer.headers if name.startswith(("x-ratelimit", "x-envoy"))]


def until_refused(some_more: Callable[[], Iterable[httpx.Response]]) -> list[httpx.Response]:
    """Ask until one is told to wait: all answers."""
    answers: list[httpx.Response] = []
    while all(answer.status_code != 429 for answer in answers):
        assert len(answers) < 50_000
        answers += some_more()
    return answers


def test_a_token_has_600_requests_in_ten_seconds(door: Gateway) -> None:
    """An address has more: what one token used up is not taken from the others of its network."""
    path, hurried = "/api/v1/nowhere", {"Authorization": "Bearer hurried", "X-Forwarded-For": "198.51.100.20"}
    first = ask(door, path, Authorization="Bearer hurried")
    with httpx.Client(base_url=door.url, headers=hurried, trust_env=False) as client, ThreadPoolExecutor(8) as pool:
        answers = until_refused(lambda: pool.map(lambda _: client.get(path), range(200)))
    refused = next(answer for answer in answers if answer.status_code == 429)

    assert first.headers["ratelimit-policy"] == '"client";q=600;w=10'
    assert first.headers["ratelimit"] == '"client";r=599;t=0'
    assert sum(answer.status_code == 404 for answer in answers) >= 599
    assert refused.headers["ratelimit"].startswith('"client";r=0;t=')
    assert int(refused.headers["retry-after"]) >= 1
    problem = refused.json()
    assert (problem["type"], problem["title_zh"]) == ("/problems/too-many-requests", "请求过于频繁")
    other = ask(door, path, Authorization="Bearer patient", X_Forwarded_For="198.51.100.20")
    assert (other.status_code, other.headers["ratelimit"][:14]) == (404, '"client";r=599')


def test_an_address_has_3000_requests_in_ten_seconds_whatever_tokens_it_makes_up(door: Gateway) -> None:
    path, made_up = "/api/v1/nowhere", (f"Bearer {number}" for number in count())
    with (
        httpx.Client(base_url=door.url, headers={"X-Forwarded-For": "198.51.100.30"}, trust_env=False) as client,
        ThreadPoolExecutor(8) as pool,
    ):
        answers = until_refused(
            lambda: pool.map(lambda token: client.get(path, headers={"Authorization": token}), islice(made_up, 400))
        )

    assert sum(answer.status_code == 404 for answer in answers) >= 3_000
    assert ask(door, path, X_Forwarded_For="198.51.100.31").status_code == 404


def test_people_get_a_page_where_the_portal_does_not_answer(door: Gateway) -> None:
    answer = ask(door, "/changes", **BROWSER)

    assert (answer.status_code, answer.headers["content-type"]) == (503, "text/html; charset=utf-8")
    assert answer.headers["retry-after"] == "5"
    assert '<html lang="zh-CN">' in answer.text
    assert answer.headers["x-request-id"] in answer.text
    assert "style-src 'unsafe-inline'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("path", "accept"), [("/api/v1/messages", BROWSER["Accept"]), ("/changes", "application/json")]
)
def test_programs_get_a_problem_where_a_service_does_not_answer(door: Gateway, path: str, accept: str) -> None:
    answer = ask(door, path, Accept=accept)

    assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")
    assert (answer.json()["type"], answer.headers["retry-after"]) == ("/problems/unavailable", "5")


def test_whoever_measures_reads_what_is_measured_and_nothing_else(door: Gateway) -> None:
    ask(door, "/api/v1/enterprises")
    with httpx.Client(base_url=f"http://{HOST}:{door.ports['stats']}", trust_env=False) as prometheus:
        told = prometheus.get("/stats/prometheus").raise_for_status().text
        refused = [prometheus.get("/config_dump"), prometheus.get("/"), prometheus.post("/stats/prometheus")]
    assert 'envoy_cluster_membership_healthy{envoy_cluster_name="profile"} 1' in told
    assert 'envoy_http_downstream_rq_xx{envoy_response_code_class="2",envoy_http_conn_manager_prefix="inside"}' in told
    assert [each.status_code for each in refused] == [404, 404, 404]


@pytest.mark.parametrize("listening", [True, False], ids=["a collector", "a collector that does not answer"])
def test_a_request_is_found_by_its_trace_in_the_access_log_and_without_its_query(listening, tmp_path):
    collector = Collector()
    if not listening:
        collector.shutdown()
    with (
        echoes("profile") as endpoints,
        running(endpoints, tmp_path, environment=collector.environment) as gateway,
    ):
        answer = ask(gateway, "/api/v1/enterprises?q=hush")
        assert answer.status_code == 200
        eventually(gateway.access_log)
        (line,) = gateway.access_log()
        assert answer.json()["headers"]["traceparent"].split("-")[1] == line["trace_id"]
        assert "hush" not in str(line)
        if listening:
            (span,) = eventually(lambda: collector.of(line["trace_id"]))
            assert (span.service, span.name, span.parent) == ("gateway", "GET", None)
            assert span.attributes["guid:x-request-id"] == line["request_id"]
            assert "hush" not in str(span.attributes)
            collector.shutdown()


def test_without_a_collector_the_gateway_begins_no_trace(tmp_path):
    with echoes("profile") as endpoints, running(endpoints, tmp_path) as gateway:
        answer = ask(gateway, "/api/v1/enterprises")
        assert "traceparent" not in answer.json()["headers"]
        eventually(gateway.access_log)
        assert gateway.access_log()[0]["trace_id"] is None
