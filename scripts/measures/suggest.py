"""Duplicates found in an export of visitors, against SQLite grouping the same export by e-mail address alone."""

import random

from .flat import peak_megabytes
from .measure import Measure, Row
from .workshop import PEERS

FORMATS = ["csv", "jsonl"]


def round(shop, _):
    visitors = shop.sizes.lines
    samples = {}
    for format in FORMATS:
        path = export(shop, visitors, format)
        found = shop.fresh("groups.csv")
        ended = shop.run(PEERS / "group-sqlite", path, format, shop.fresh("groups.db"), found)
        samples[f"sqlite-{format}"] = ended.seconds
        samples[f"email-{format}"] = shop.run(*command(shop, path, "email")).seconds
        require_same(found, shop.folder / "suggested.csv")
        samples[f"both-{format}"] = shop.run(*command(shop, path, "email,phone")).seconds
        samples[f"memory-{format}"] = peak_megabytes(shop, command(shop, path, "email,phone"))
    return samples


def command(shop, path, kinds):
    return [
        shop.tool, "suggest", "--from", path, "--by", kinds, "--default-country", "49", "--largest-group", "1000",
        "--output", shop.fresh("suggested.csv"), "--quiet",
    ]


def require_same(groups, mapping):
    """Both contenders found as many visitors too many; a measure of something else would be worth nothing."""
    with open(groups) as file:
        expected = sum(line.count(" ") for line in file)
    with open(mapping) as file:
        found = sum(1 for _ in file) - 1
    if expected != found:
        raise SystemExit(f"sqlite3 found {expected} visitors that could be merged, suggest {found}.")


def export(shop, visitors, format):
    """The same people in both formats: one in ten wrote in before, half of them have a number in one of three forms."""
    path = shop.folder / f"visitors-{visitors}.{format}"
    if not path.exists():
        dice = random.Random(20)
        with open(path.with_suffix(".new"), "w") as file:
            if format == "csv":
                file.write("_id,name,email,phone,lastChat\n")
            for number in range(visitors):
                file.write(line(dice, number, format))
        path.with_suffix(".new").rename(path)
    return path


def line(dice, number, format):
    person = dice.randrange(number + 1) if dice.random() < 0.1 else number
    email = f"person{person}@example.org"
    if dice.random() < 0.2:
        email = email.upper()
    phone = ""
    if number % 2 == 0:
        owner = dice.randrange(number + 1) if dice.random() < 0.05 else number
        phone = ("+49 30 {}", "0049-30-{}", "(030) {}")[dice.randrange(3)].format(10_000_000 + owner)
    visitor = f"66f0a1c2b3d4e5f6{number * 7919 % 0xFFFFFFFF:08x}"
    chat = f"2024-{1 + number % 12:02}-{1 + number % 28:02}T{number % 24:02}:{number % 60:02}:00.000Z"
    if format == "csv":
        return f"{visitor},Visitor {number},{email},{phone},{chat}\n"
    phones = f'"phone":[{{"phoneNumber":"{phone}"}}],' if phone else ""
    # As mongoexport writes the server's documents, with much that nobody asks for.
    return (
        f'{{"_id":"{visitor}","username":"guest-{number}","status":"offline","ts":{{"$date":"{chat}"}},'
        f'"name":"Visitor {number}","token":"{number:032x}","visitorEmails":[{{"address":"{email}"}}],{phones}'
        f'"lastChat":{{"_id":"{number:017}","ts":{{"$date":"{chat}"}}}},"_updatedAt":{{"$date":"{chat}"}}}}\n'
    )


MEASURE = Measure("suggest", round, [
    row for format in FORMATS for row in [
        Row(f"suggest by e-mail, from {format} ÷ sqlite3 GROUP BY", f"email-{format}", f"sqlite-{format}", 3, 2, "s"),
        Row(f"suggest by e-mail and phone, from {format} ÷ the same", f"both-{format}", f"sqlite-{format}", 3, 2, "s"),
        Row("peak memory of that", f"memory-{format}", None, 64, 60, "MB"),
    ]
] + [
    Row("suggest by e-mail and phone, from jsonl ÷ sqlite3 from csv", "both-jsonl", "sqlite-csv", 3, 2, "s"),
])
