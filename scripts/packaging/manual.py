#!/usr/bin/env python3
"""Writes the manual pages from what the program tells of itself: one for it and one for each of its commands.

Usage: visitor-merge --experimental-dump-help | manual.py FOLDER VERSION DATE
"""

import json
import re
import sys
from pathlib import Path

ENVIRONMENT = """\
Every option has an environment variable: VISITOR_MERGE_ and the name of the option in capitals, with underscores for \
dashes. What belongs to the server has a second name, such as ROCKETCHAT_URL, ROCKETCHAT_USER_ID and \
ROCKETCHAT_AUTH_TOKEN. An option on the command line is stronger."""


def escaped(text):
    """Text in which troff finds nothing to do."""
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("·", "\\(bu").replace("…", "...").replace("→", "\\(->")
    return "\n".join("\\&" + line if line[:1] in (".", "'") else line for line in text.split("\n"))


def bold(text):
    return "\\fB" + escaped(text) + "\\fR"


def italic(text):
    return "\\fI" + escaped(text) + "\\fR"


def spelling(name):
    return ("-" if name["kind"] in ("short", "longWithSingleDash") else "--") + name["name"]


def is_value(argument):
    return argument["kind"] in ("positional", "option")


def synopsis(argument):
    value = italic(argument["valueName"].upper())
    if argument["kind"] == "positional":
        text = value
    else:
        text = bold(spelling(argument["preferredName"])) + (" " + value if is_value(argument) else "")
    if argument.get("isRepeating"):
        text += "..."
    return f"[{text}]" if argument["isOptional"] else text


def definition(argument):
    value = " " + italic(argument["valueName"].upper()) if is_value(argument) else ""
    names = [bold(spelling(name)) for name in argument.get("names", [])]
    head = ", ".join(name + value for name in names) if names else value.strip()
    text = argument.get("abstract", "").strip()
    if argument.get("defaultValue"):
        text += f" Unless told: {argument['defaultValue']}."
    return [".TP", head, escaped(text) or "\\&"]


def paragraphs(text):
    """The paragraphs of a discussion; indented lines stay as they are."""
    lines = []
    for paragraph in re.split(r"\n\s*\n", text.strip("\n")):
        rows = paragraph.split("\n")
        plain = [row for row in rows if not row.startswith("  ")]
        code = [row[2:] for row in rows if row.startswith("  ")]
        if plain:
            lines += [".PP", escaped(" ".join(plain))]
        if code:
            lines += [".PP", ".RS 4", ".nf", escaped("\n".join(code)), ".fi", ".RE"]
    return lines


def divided(discussion):
    """What is said, the example and the exit status, each of which has its own section."""
    said, example, status = [], [], []
    for paragraph in re.split(r"\n\s*\n", discussion.strip()):
        if paragraph.startswith("Example:"):
            example.append(paragraph.removeprefix("Example:").lstrip("\n"))
        elif paragraph.startswith("Exit status:"):
            status += [item.strip() for item in paragraph.removeprefix("Exit status:").split("·")]
        else:
            said.append(paragraph)
    return "\n\n".join(said), "\n\n".join(example), status


def options(command):
    sections = {}
    for argument in command.get("arguments", []):
        if argument.get("shouldDisplay", True):
            title = "ARGUMENTS" if argument["kind"] == "positional" else argument.get("sectionTitle", "Options").upper()
            sections.setdefault(title, []).extend(definition(argument))
    return [line for title, lines in sections.items() for line in [f".SH {escaped(title)}", *lines]]


def page(command, commands, version, date):
    words = [*command.get("superCommands", []), command["commandName"]]
    name = "-".join(words)
    said, example, status = divided(command.get("discussion", ""))
    shown = [each for each in command.get("arguments", []) if each.get("shouldDisplay", True)]
    required = [each for each in shown if not each["isOptional"]]
    lines = [
        f'.TH "{name.upper()}" 1 "{date}" "visitor-merge {version}" "User Commands"', ".SH NAME",
        f"{escaped(name)} \\- {escaped(command['abstract'].rstrip('.'))}", ".SH SYNOPSIS", ".nh", ".ad l",
        " ".join([bold(" ".join(words)), *map(synopsis, required), "[" + italic("OPTION") + "]..." if shown else ""]),
    ]
    if not command.get("superCommands"):
        lines[-1] = f"{bold(words[0])} {italic('COMMAND')} [{italic('ARGUMENT')}]..."
    lines += [".SH DESCRIPTION", *(paragraphs(said) or [".PP", escaped(command["abstract"])])]
    if commands:
        lines.append(".SH COMMANDS")
        for each in commands:
            lines += [".TP", bold(each["commandName"]), f"{escaped(each['abstract'])} See {bold(name + '-' + each['commandName'])}(1)."]
    lines += options(command)
    if status:
        lines.append(".SH EXIT STATUS")
        for item in status:
            number, meaning = item.split(" ", 1)
            lines += [".TP", bold(number), escaped(meaning)]
    if any(each["kind"] != "positional" and each.get("sectionTitle") for each in shown):
        lines += [".SH ENVIRONMENT", escaped(ENVIRONMENT)]
    if example:
        lines += [".SH EXAMPLE", *paragraphs(example)]
    others = [each["commandName"] for each in commands] or [None]
    pages = [f"{words[0]}-{other}" if other else words[0] for other in others]
    lines += [".SH SEE ALSO", ", ".join(f"{bold(each)}(1)" for each in pages)]
    return name, "\n".join(lines) + "\n"


def main():
    folder, version, date = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
    folder.mkdir(parents=True, exist_ok=True)
    root = json.load(sys.stdin)["command"]
    commands = [each for each in root["subcommands"] if each.get("shouldDisplay", True) and each["commandName"] != "help"]
    for command in [root, *commands]:
        name, text = page(command, commands if command is root else [], version, date)
        (folder / f"{name}.1").write_text(text)


main()
