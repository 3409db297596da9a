"""Imports a mapping with csv and sqlite3, unchecked, the index after the rows: MAPPING DATABASE."""

import csv
import sqlite3
import sys

database = sqlite3.connect(sys.argv[2])
database.execute("CREATE TABLE line (old TEXT NOT NULL, new TEXT NOT NULL, room TEXT NOT NULL)")
with open(sys.argv[1], newline="") as file:
    rows = csv.reader(file)
    next(rows)
    database.executemany("INSERT INTO line VALUES (?, ?, ?)", rows)
database.execute("CREATE INDEX lineByRoom ON line(room)")
database.commit()
