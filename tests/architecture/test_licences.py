"""Nothing that the product is made of asks its users to publish their own work: no GPL, no AGPL."""

import json
import re
import subprocess
import tomllib
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
REFUSED = re.compile(r"\bA?GPL|GNU (Affero )?General Public|SSPL|Server Side Public", re.IGNORECASE)


def declared() -> list[Requirement]:
    """Read what the wheel and its extras ask for."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = [each for group in project["optional-dependencies"].values() for each in group]
    return [Requirement(text) for text in [*project["dependencies"], *extras]]


def closure() -> set[str]:
    """Follow what each installed package asks for in turn."""
    waiting, found = declared(), set[str]()
    while waiting:
        asked = waiting.pop()
        name = canonicalize_name(asked.name)
        if name in found:
            continue
        try:
            requires = distribution(name).requires or []
        except PackageNotFoundError:
            continue  # asked for on another platform
        found.add(name)
        waiting += [each for each in map(Requirement, requires) if applies(each, asked.extras)]
    return found


def applies(requirement: Requirement, extras: set[str]) -> bool:
    """Tell whether this machine, with `extras`, asks for it."""
    marker = requirement.marker
    return marker is None or any(marker.evaluate({"extra": extra}) for extra in extras or {""})


def licences(name: str) -> Iterator[str]:
    """Tell every licence that a Python package names."""
    metadata = distribution(name).metadata
    for field in ("License-Expression", "License"):
        yield from (text.partition("\n")[0] for text in metadata.get_all(field) or ())
    yield from (text for text in metadata.get_all("Classifier") or () if text.startswith("License"))


def test_python_packages_bind_nobody() -> None:
    packages = closure()
    assert {"sqlalchemy", "numpy", "confluent-kafka", "scikit-learn"} <= packages
    assert [name for name in sorted(packages) for text in licences(name) if REFUSED.search(text)] == []


def test_crates_bind_nobody() -> None:
    command = ["cargo", "metadata", "--format-version", "1", "--locked"]
    described = json.loads(subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout)
    named = {package["name"]: package["license"] or package["license_file"] for package in described["packages"]}
    assert {"tokio", "rustls"} <= set(named)
    assert [name for name, text in named.items() if not text or REFUSED.search(text)] == []
