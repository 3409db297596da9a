"""A mapping into the journal, every check included, against imports that check nothing."""

from .measure import Measure, Row
from .workshop import PEERS


def round(shop, _):
    lines = shop.sizes.lines
    mapping = shop.mapping(lines)
    samples = {"ours": until_first_request(shop, lines)}
    for name, command in {
        "python": [shop.python, PEERS / "import-python.py", mapping, shop.fresh("python.db")],
        "indexed": [PEERS / "import-sqlite", mapping, shop.fresh("indexed.db"), "indexed"],
        "index-after": [PEERS / "import-sqlite", mapping, shop.fresh("after.db"), "index-after"],
        "miller": [PEERS / "plan-miller", mapping, shop.fresh("miller.csv")],
        "lint": [shop.tool, "lint", mapping, "--quiet"],
    }.items():
        samples[name] = shop.run(*command).seconds
    return samples


def until_first_request(shop, lines):
    """The server is asked nothing before the plan is complete and durable."""
    process = shop.start(*shop.move_command(lines))
    shop.until_puts(process, 1, pause=0.005)
    process.kill()
    process.wait()
    return shop.server.stats()["first_request"] / 1e9 - process.began


MEASURE = Measure("plan", round, [
    Row("plan into the journal ÷ Python csv + sqlite3", "ours", "python", 0.75, 0.5, "s"),
    Row("plan into the journal ÷ sqlite3 .import, indexed", "ours", "indexed", 1.3, 0.9, "s"),
    Row("plan into the journal ÷ sqlite3 .import, then index", "ours", "index-after", unit="s"),
    Row("plan into the journal ÷ Miller, no journal", "ours", "miller", unit="s"),
    Row("lint alone ÷ Miller", "lint", "miller", unit="s"),
])
