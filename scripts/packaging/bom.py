#!/usr/bin/env python3
"""Writes the bill of materials (CycloneDX 1.5, JSON): each Swift package that was resolved, its version and its commit.

Usage: bom.py PACKAGE.RESOLVED VERSION COMMIT SECONDS SWIFT     (SECONDS: the time of the commit; SWIFT: the toolchain's version)
"""

import json
import sys
import uuid
from datetime import datetime, timezone
from pathlib import Path


def component(pin):
    address, state = pin["location"].removesuffix(".git"), pin["state"]
    if "version" not in state:
        sys.exit(f"The package {pin['identity']} was resolved without a version: say exact: in Package.swift.")
    place = address.removeprefix("https://")
    reference = f"pkg:swift/{place}@{state['version']}"
    return {
        "type": "library", "bom-ref": reference, "group": place.rpartition("/")[0], "name": place.rpartition("/")[2],
        "version": state["version"], "purl": reference,
        "externalReferences": [{"type": "vcs", "url": address, "comment": f"commit {state['revision']}"}],
        "properties": [{"name": "git:commit", "value": state["revision"]}],
    }


def main():
    resolved, version, commit, seconds, swift = sys.argv[1:]
    components = [component(pin) for pin in json.loads(Path(resolved).read_text())["pins"]]
    # Its standard library and Foundation are linked into the program.
    toolchain = f"pkg:generic/swift@{swift}"
    components.append({"type": "platform", "bom-ref": toolchain, "name": "swift", "version": swift, "purl": toolchain})
    components.sort(key=lambda each: each["bom-ref"])
    program = f"pkg:generic/visitor-merge@{version}"
    bill = {
        "bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1,
        # The same build has the same bill, byte for byte.
        "serialNumber": uuid.uuid5(uuid.NAMESPACE_URL, f"{program}#{commit}").urn,
        "metadata": {
            "timestamp": datetime.fromtimestamp(int(seconds), timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "component": {
                "type": "application", "bom-ref": program, "name": "visitor-merge", "version": version, "purl": program,
                "properties": [{"name": "git:commit", "value": commit}],
            },
        },
        "components": components,
        "dependencies": [{"ref": program, "dependsOn": [each["bom-ref"] for each in components]}],
    }
    print(json.dumps(bill, indent=2))


main()
