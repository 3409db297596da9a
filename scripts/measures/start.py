"""How long the program takes to begin and end, as a whole process."""

import statistics

from .measure import Measure, Row


def round(shop, _):
    journal = shop.folder / "job.db"
    shop.run(*shop.move_command(10))
    commands = {"help": [shop.tool, "--help"], "status": [shop.tool, "status", journal], "true": ["true"]}
    times = {name: [] for name in commands}
    for _ in range(shop.sizes.starts):
        for name, command in commands.items():
            times[name].append(shop.run(*command).seconds * 1000)
    return {name: statistics.median(samples) for name, samples in times.items()}


MEASURE = Measure("start", round, [
    Row("--help", "help", None, 40, 15, "ms"),
    Row("status", "status", None, 40, 15, "ms"),
    Row("/bin/true, to compare", "true", unit="ms"),
])
