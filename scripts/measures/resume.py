"""From the start of the command to its first PUT, with much behind it or nothing."""

import os
import shutil
import sqlite3
import time

from .measure import Measure, Row


def round(shop, _):
    lines = shop.sizes.lines
    done = interrupted(shop, lines)
    journal = shop.fresh("resumed.db")
    shutil.copyfile(done, journal)
    return {
        "fresh": until_first_put(shop, shop.move_command(10)),
        "resumed": until_first_put(shop, shop.move_again_command(shop.mapping(lines), journal)),
    }


def interrupted(shop, lines):
    """A journal with nine tenths done: that of a finished run, its last tenth as it was before."""
    path = shop.folder / f"interrupted-{lines}.db"
    if path not in shop.made:
        # A mapping that was written a moment before its job is read again by every resume; people's are older.
        shop.mapping(lines)
        time.sleep(5)
        shutil.copyfile(shop.finished_journal(lines), shop.fresh(path.name))
        database = sqlite3.connect(path)
        database.execute(
            """
            UPDATE operation SET state = 'pending', reason = NULL, confirmedBy = NULL, attempts = 0, httpStatus = NULL,
                foundVisitor = NULL, wasOpen = NULL, settledAt = NULL, run = NULL
            WHERE id > (SELECT max(id) FROM operation) / 10 * 9
            """)
        database.commit()
        database.close()
        shop.made.add(path)
    return path


def until_first_put(shop, command):
    process = shop.start(*command)
    stats = shop.until_puts(process, 1, pause=0.005)
    process.kill()
    process.wait()
    return (stats["first_put"] / 1e9 - process.began) * 1000


MEASURE = Measure("resume", round, [
    Row("resume with 9 of 10 done, to the first PUT ÷ a new job of 10 lines", "resumed", "fresh", 1.5, 1.1, "ms"),
])
