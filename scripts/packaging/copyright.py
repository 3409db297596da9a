#!/usr/bin/env python3
"""Writes the copyright file: that of the program, and the licences of the packages that are linked into it.

Usage: copyright.py CHECKOUTS        (the folder with the packages' sources)
"""

import re
import sys
from pathlib import Path

HEADER = """\
Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: visitor-merge

Files: *
Copyright: the authors of visitor-merge
License: unpublished
 Its authors have published no licence for it: ask them before you hand it on.
"""

APACHE = """\
License: Apache-2.0
 The full text is in /usr/share/common-licenses/Apache-2.0 on Debian systems, and at
 https://www.apache.org/licenses/LICENSE-2.0.
"""


def indented(text):
    return "\n".join(" " + (line.rstrip() or ".") for line in text.strip().split("\n"))


def first(folder, *names):
    """The text of the first file of a package whose name begins so."""
    files = sorted(file for name in names for file in folder.glob(f"{name}*") if file.is_file())
    return files[0].read_text(errors="replace") if files else None


def main():
    print(HEADER)
    has_apache = False
    for folder in sorted(Path(sys.argv[1]).iterdir(), key=lambda each: each.name.lower()):
        text = first(folder, "LICENSE", "LICENCE", "COPYING")
        if text is None:
            sys.exit(f"The package {folder.name} has no licence that could be named.")
        is_apache = "Apache License" in text
        has_apache = has_apache or is_apache
        holder = re.search(r"^\s*(Copyright\s+(?:\([cC]\)|©|\d{4}).*)$", text, re.MULTILINE)
        holder = holder.group(1).strip() if holder and not is_apache else f"the authors of {folder.name}"
        name = "Apache-2.0" if is_apache else folder.name
        print(f"Files: {folder.name}\nCopyright: {holder.removeprefix('Copyright').strip()}\nLicense: {name}")
        if not is_apache:
            print(indented(text))
        if notice := first(folder, "NOTICE"):
            print("Comment:\n" + indented(notice))
        print()
    if has_apache:
        print(APACHE, end="")


main()
