"""What deploy/kubernetes renders to, and whether Kubernetes would take it. Run as a program it checks every overlay.

Core kinds are validated by the schemas of `kubernetes-validate`; custom resources by those in the folder that
PEIYU_CRD_SCHEMAS names, a file for each kind: GROUP_VERSION_KIND.json.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import kubernetes_validate
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

Resource = dict[str, Any]
FOLDER = Path(__file__).parents[2] / "deploy" / "kubernetes"
OVERLAYS = ("city", "nation")
VERSION = "1.33"
"""The oldest Kubernetes that the manifests are for."""
CORE = {"", "apps", "batch", "policy", "networking.k8s.io"}
LIBRARY = "import asyncio, sys, pykustomize; print(asyncio.run(pykustomize.build(sys.argv[1])).yaml)"


@cache
def _text(overlay: str) -> str:
    """The resources as JSON, by an installed kustomize or kubectl; else by the library, in a process of its own."""
    command: list[str] = [sys.executable, "-c", LIBRARY]
    for program, does in (("kustomize", "build"), ("kubectl", "kustomize")):
        if found := shutil.which(program):
            command = [found, does]
            break
    made = subprocess.run([*command, FOLDER / "overlays" / overlay], capture_output=True, text=True, check=False)
    if made.returncode:
        raise ValueError(f"{overlay} cannot be rendered: {made.stderr[-2000:]}")
    return json.dumps([each for each in YAML(typ="safe").load_all(made.stdout) if each])


def rendered(overlay: str) -> list[Resource]:
    """Every resource of an overlay."""
    found: list[Resource] = json.loads(_text(overlay))
    return found


def group(resource: Resource) -> str:
    """The API group; empty for the oldest kinds."""
    return resource["apiVersion"].rpartition("/")[0]


def title(resource: Resource) -> str:
    return f"{resource['kind']} {resource['metadata']['name']}"


def core_defects(resources: Iterable[Resource]) -> Iterator[str]:
    """What Kubernetes itself would refuse, unknown members included."""
    for resource in resources:
        if group(resource) in CORE:
            try:
                kubernetes_validate.validate(resource, VERSION, strict=True)
            except (kubernetes_validate.ValidationError, kubernetes_validate.SchemaNotFoundError) as error:
                yield f"{title(resource)}: {_told(error)}"


def custom_defects(resources: Iterable[Resource], folder: Path) -> Iterator[str]:
    """What the operators' definitions would refuse; a kind without a schema is a defect too."""
    for resource in resources:
        if group(resource) not in CORE:
            file = folder / f"{resource['apiVersion'].replace('/', '_')}_{resource['kind']}.json"
            if not file.exists():
                yield f"{title(resource)}: there is no {file.name}"
                continue
            validator = Draft202012Validator(_closed(json.loads(file.read_text(encoding="utf-8"))))
            yield from (f"{title(resource)}: {_told(error)}" for error in validator.iter_errors(resource))


def _told(error: Any) -> str:
    path = "/".join(map(str, getattr(error, "absolute_path", ())))
    return f"{path}: {error.message}" if path else str(error.message)


def _closed(schema: Any, *, outermost: bool = True) -> Any:
    """The same schema, which refuses members that it does not name, as the API server prunes them."""
    if isinstance(schema, list):
        return [_closed(each, outermost=False) for each in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {key: _closed(value, outermost=False) for key, value in schema.items()}
    names = schema.get("properties")
    if isinstance(names, dict) and schema.get("type") == "object":
        if outermost:
            closed["properties"].update(
                apiVersion={"type": "string"}, kind={"type": "string"}, metadata={"type": "object"}
            )
        if not schema.get("x-kubernetes-preserve-unknown-fields"):
            closed.setdefault("additionalProperties", False)
    return closed


def main(say: Callable[[str], None] = print) -> int:
    """Check all overlays; the exit status."""
    folder = os.environ.get("PEIYU_CRD_SCHEMAS", "")
    if not Path(folder).is_dir() or not folder:
        say("PEIYU_CRD_SCHEMAS must name the folder with the schemas of the custom resources (GROUP_VERSION_KIND.json)")
        return 1
    failed = False
    for overlay in OVERLAYS:
        resources = rendered(overlay)
        defects = [*core_defects(resources), *custom_defects(resources, Path(folder))]
        say(f"{overlay}: {len(resources)} resources, {len(defects)} defects")
        for defect in defects:
            say(f"  {defect}")
        failed |= bool(defects)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
