"""What the installed program is made of: under which licences, and whether each of them is one of those accepted.

python requirements/audit.py requirements/run.txt
"""

import re
import sys
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

ACCEPTED = re.compile(
    r"MIT|BSD|Apache|ISC|PSF|Python Software Foundation|Mozilla Public License 2|MPL-2\.0|LGPL|Lesser General Public"
    r"|Unlicense|Public Domain|CC0|Zope|ZPL|PostgreSQL",
    re.IGNORECASE,
)
"""Licences under which a program may be given on with its own licence, changed parts told."""

PINNED = re.compile(r"^([\w.-]+)==", re.MULTILINE)


def licence_of(package: Distribution) -> str:
    """What a package says of its licence: an expression, else its classifiers, else the first line of a text."""
    told = package.metadata
    classifiers = [each.rpartition("::")[2].strip() for each in told.get_all("Classifier", []) if "License ::" in each]
    texts = (told.get("License-Expression"), "; ".join(classifiers), (told.get("License") or "").partition("\n")[0])
    return next((text for text in texts if text), "unknown")


def main(requirements: Path) -> int:
    """Print every package with its licence; how many have none that is accepted."""
    strange = 0
    for name in PINNED.findall(requirements.read_text()):
        try:
            package = distribution(name)
        except PackageNotFoundError:
            continue  # for other systems
        licence = licence_of(package)
        accepted = ACCEPTED.search(licence) is not None
        strange += not accepted
        sys.stdout.write(f"{'' if accepted else '! '}{name} {package.version}: {licence}\n")
    return strange


if __name__ == "__main__":
    sys.exit(min(main(Path(sys.argv[1])), 1))
