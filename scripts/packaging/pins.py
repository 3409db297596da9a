#!/usr/bin/env python3
"""Refuses dependencies that could be another version tomorrow.

Usage: swift package dump-package | pins.py PACKAGE.RESOLVED

Every package of the manifest has an exact version, everything that was resolved is in the manifest, and in that version.
"""

import json
import sys
from pathlib import Path


def identity(dependency):
    return dependency["identity"].lower()


def main():
    faults, exact, loose = [], {}, set()
    for dependency in json.load(sys.stdin)["dependencies"]:
        for kind, [package] in dependency.items():
            versions = package.get("requirement", {}).get("exact") if kind == "sourceControl" else None
            if versions and len(versions) == 1:
                exact[identity(package)] = versions[0]
            else:
                loose.add(identity(package))
                faults.append(f"{identity(package)} has no exact version in Package.swift: write exact: \"…\".")
    for pin in json.loads(Path(sys.argv[1]).read_text())["pins"]:
        name, version = identity(pin), pin["state"].get("version")
        if name in loose:
            continue
        if name not in exact:
            faults.append(f"{name} {version or ''} is brought along and not in Package.swift: add it to broughtAlong.")
        elif exact[name] != version:
            faults.append(f"{name} is {exact[name]} in Package.swift, and was resolved as {version}: swift package resolve.")
    if faults:
        sys.exit("\n".join(faults))


main()
