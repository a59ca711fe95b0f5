"""Who may talk to whom by NetworkPolicies, as Kubernetes evaluates them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

Policy = Mapping[str, Any]


@dataclass(frozen=True)
class End:
    """One end of a connection: a pod by its namespace and labels; what is outside the cluster has no namespace."""

    name: str
    namespace: str | None
    labels: Mapping[str, str] = field(default_factory=dict, hash=False)


def allowed(policies: Iterable[Policy], source: End, target: End, port: int, protocol: str = "TCP") -> bool:
    """Whether `source` may connect to `target`: its own policies let it out, and the other's let it in."""
    held = list(policies)
    return _lets(held, source, target, port, protocol, "Egress") and _lets(
        held, target, source, port, protocol, "Ingress"
    )


def _lets(policies: list[Policy], owner: End, other: End, port: int, protocol: str, way: str) -> bool:
    own = [
        each["spec"]
        for each in policies
        if each["metadata"]["namespace"] == owner.namespace
        and way in each["spec"]["policyTypes"]
        and _selects(each["spec"]["podSelector"], owner.labels)
    ]
    key = "from" if way == "Ingress" else "to"
    rules = [rule for spec in own for rule in spec.get(way.lower(), ())]
    return not own or any(
        _has_port(rule.get("ports"), port, protocol)
        and (key not in rule or any(_is_peer(peer, other, owner) for peer in rule[key]))
        for rule in rules
    )


def _has_port(ports: Any, port: int, protocol: str) -> bool:
    return ports is None or any(each["port"] == port and each.get("protocol", "TCP") == protocol for each in ports)


def _is_peer(peer: Mapping[str, Any], end: End, owner: End) -> bool:
    if "ipBlock" in peer:
        return end.namespace is None
    if "namespaceSelector" in peer:
        named = {} if end.namespace is None else {"kubernetes.io/metadata.name": end.namespace}
        if end.namespace is None or not _selects(peer["namespaceSelector"], named):
            return False
    elif end.namespace != owner.namespace:
        return False
    return _selects(peer.get("podSelector", {}), end.labels)


def _selects(selector: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    for each in selector.get("matchExpressions", ()):
        assert each["operator"] == "In"
        if labels.get(each["key"]) not in each["values"]:
            return False
    return all(labels.get(name) == value for name, value in selector.get("matchLabels", {}).items())
