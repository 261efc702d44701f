"""The bill of materials (CycloneDX 1.6): Debian packages of the root, Rust crates of our programs, npm packages
of the web apps."""

import base64
import json
import tomllib
import uuid
from datetime import datetime, timezone

SPACE = uuid.UUID("9ebcd5b4-6b1d-4b4e-8c1c-6c0b6d7b1d12")


def write(base, repository, version, root_hash, epoch, target):
    """Writes the JSON document; the same inputs give the same bytes."""
    components = _debian(base / "full/var/lib/dpkg/status") + _debian(base / "full/kernel.control")
    components += _crates(repository / "Cargo.lock") + _npm(repository / "webui/package-lock.json")
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(SPACE, root_hash)}",
        "version": 1,
        "metadata": {
            "timestamp": datetime.fromtimestamp(epoch, timezone.utc).isoformat(),
            "component": {"type": "firmware", "name": "gatehouse", "version": version,
                          "hashes": [{"alg": "SHA-256", "content": root_hash}]},
        },
        "components": sorted(components, key=lambda item: item["purl"]),
    }
    target.write_text(json.dumps(document, indent=1) + "\n")


def _debian(control):
    found = []
    for paragraph in control.read_text().split("\n\n"):
        fields = dict(line.split(": ", 1) for line in paragraph.splitlines() if ": " in line and line[0] != " ")
        if fields.get("Package") and fields.get("Status", "install ok installed") == "install ok installed":
            name, version = fields["Package"], fields["Version"]
            purl = f"pkg:deb/debian/{name}@{version}?arch={fields['Architecture']}&distro=trixie"
            found.append({"type": "library", "name": name, "version": version, "purl": purl})
    return found


def _crates(lock):
    if not lock.exists():
        return []
    found = []
    for package in tomllib.loads(lock.read_text()).get("package", []):
        item = {"type": "library", "name": package["name"], "version": package["version"],
                "purl": f"pkg:cargo/{package['name']}@{package['version']}"}
        if "checksum" in package:
            item["hashes"] = [{"alg": "SHA-256", "content": package["checksum"]}]
        found.append(item)
    return found


def _npm(lock):
    """What the apps are made of; packages of development alone stay on the builder."""
    found = []
    for place, package in json.loads(lock.read_text())["packages"].items():
        if not place or package.get("dev") or package.get("devOptional"):
            continue
        name = place.rpartition("node_modules/")[2]
        algorithm, _, value = package["integrity"].partition("-")
        found.append({"type": "library", "name": name, "version": package["version"],
                      "purl": f"pkg:npm/{name.replace('@', '%40')}@{package['version']}",
                      "hashes": [{"alg": algorithm.upper().replace("SHA", "SHA-"),
                                  "content": base64.b64decode(value).hex()}]})
    return found
