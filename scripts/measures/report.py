"""The report of a finished journal against a plain dump of its rows."""

from .measure import Measure, Row
from .workshop import PEERS


def round(shop, _):
    journal = shop.finished_journal(shop.sizes.lines)
    samples = {}
    samples["ours"] = shop.run(shop.tool, "report", journal, "--report", shop.fresh("again.report"), "--quiet").seconds
    for name in ["views", "tables"]:
        folder = shop.fresh("dump")
        folder.mkdir()
        samples[name] = shop.run(PEERS / "dump-sqlite", journal, folder, name).seconds
    samples["status"] = shop.run(shop.tool, "status", journal, "--quiet").seconds
    return samples


MEASURE = Measure("report", round, [
    Row("report ÷ sqlite3 dumping the same rows as CSV", "ours", "views", 2.5, 1.5, "s"),
    Row("report ÷ sqlite3 dumping the bare tables as CSV", "ours", "tables", unit="s"),
    Row("status of the same journal", "status", unit="s"),
])
