"""secrets.py FOLDER: what deploy/secrets/make.py made, as the Secrets that the manifests name.

    python3 deploy/kubernetes/secrets.py FOLDER | kubectl apply --namespace peiyu --filename -

Broker and database get the names by which other namespaces find them, too: KEDA looks into the queues from its own.
"""

import json
import re
import sys
from pathlib import Path

NAMESPACE = "peiyu"
SERVICES = ("profile", "changes", "reviews", "notifier")


def secrets(folder: Path) -> list[dict[str, object]]:
    """The Secrets, each with no more than its reader needs."""

    def read(name: str) -> str:
        text = (folder / name).read_text().strip()
        return re.sub(r"@(postgres|rabbitmq)/", rf"@\1.{NAMESPACE}.svc/", text)

    def secret(name: str, kind: str = "Opaque", **values: str) -> dict[str, object]:
        labels = {"app.kubernetes.io/part-of": "peiyu"}
        if kind == "kubernetes.io/basic-auth":
            labels["cnpg.io/reload"] = "true"
        return {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": name, "namespace": NAMESPACE, "labels": labels},
            "type": kind,
            "stringData": values,
        }

    found = []
    for service in SERVICES:
        url = read(f"{service}_database_url")
        found.append(
            secret(service, **{name: read(name) for name in (f"{service}_database_url", f"{service}_amqp_url")})
        )
        password = url.partition("@")[0].rpartition(":")[2]
        found.append(secret(f"{service}-database", "kubernetes.io/basic-auth", username=service, password=password))
    found.append(secret("portal", **{name: read(name) for name in ("portal_session_key", "portal_client_secret")}))
    found.append(secret("topology", peiyu_amqp_url=read("topology_amqp_url")))
    found.append(secret("rabbitmq-users", **{"0-users.json": read("rabbitmq_users.json")}))
    return found


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    json.dump({"apiVersion": "v1", "kind": "List", "items": secrets(Path(sys.argv[1]))}, sys.stdout, indent=1)
