"""What a kill costs: operations that the next run has to ask about or to send again."""

import random
import time

from .measure import Measure, Row
from .workshop import CONCURRENCY


def round(shop, number):
    lines = shop.sizes.moves
    process = shop.start(*shop.move_command(lines))
    shop.until_puts(process, 1, pause=0.005)
    time.sleep(random.Random(number).uniform(0.1, 0.5) * shop.sizes.kill)
    process.kill()
    process.wait()
    sent = {room for kind, _, room in shop.server.arrivals() if kind == "P"}

    # The server goes on with what it knows, so the command is run without a reset.
    again = shop.start(*shop.move_again_command(shop.mapping(lines), shop.folder / "job.db"), resets=False)
    again.check(again.wait())
    puts = [room for kind, _, room in shop.server.arrivals() if kind == "P"]
    looks = {room for kind, _, room in shop.server.arrivals() if kind == "L"}
    if len(set(puts)) != lines:
        raise SystemExit(f"After a kill and a second run {len(set(puts))} of {lines} rooms were moved.")
    return {"again": len(looks | (set(puts[len(sent):]) & sent)), "twice": len(puts) - lines, "sent": len(sent)}


MEASURE = Measure("kill", round, [
    Row("operations looked at or sent again after a kill", "again", None, 512, 2 * CONCURRENCY),
    Row("… of them sent twice", "twice"),
    Row("… of so many sent when it was killed", "sent"),
])
