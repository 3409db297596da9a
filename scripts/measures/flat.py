"""Many operations in one run: does it stay as quick, and as small, as it began?"""

import sqlite3

from .measure import Measure, Row


def round(shop, _):
    large, small = shop.sizes.lines, shop.sizes.lines // 100
    samples = {"small": peak_megabytes(shop, shop.move_command(small))}
    journal = shop.folder / f"finished-{large}.db"
    samples["large"] = peak_megabytes(shop, shop.move_command(large, name=journal.stem))
    shop.made.add(journal)
    return samples | ends(journal, large)


def peak_megabytes(shop, command):
    # A process counts what its parent had when it was started: GNU time is a small parent, this one is not.
    peak = shop.folder / "peak.txt"
    shop.run("time", "--format", "%M", "--output", peak, *command)
    return int(peak.read_text()) / 1024


def ends(journal, lines):
    """How many operations per second left in the first and in the last tenth."""
    database = sqlite3.connect(f"file:{journal}?mode=ro", uri=True)

    def left(place):
        row = database.execute(
            "SELECT sentAt FROM attempt WHERE action = 'move' ORDER BY sentAt LIMIT 1 OFFSET ?", [place]).fetchone()
        return row[0] / 1000

    tenth = lines // 10
    first = tenth / (left(tenth) - left(0))
    last = (tenth - 1) / (left(lines - 1) - left(lines - tenth))
    database.close()
    return {"first": first, "last": last}


MEASURE = Measure("flat", round, [
    Row("peak memory at all lines ÷ at a hundredth", "large", "small", 1.2, unit="MB"),
    Row("peak memory at all lines", "large", None, 64, 40, "MB"),
    Row("last tenth of the operations ÷ first tenth", "last", "first", 0.95, 1.0, "1/s", True),
])
