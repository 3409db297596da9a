"""Moves rooms with aiohttp and notes every move in SQLite: MAPPING DATABASE ROWS-PER-COMMIT CONCURRENCY."""

import asyncio
import csv
import os
import sqlite3
import sys

import aiohttp


def load(mapping, database):
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = FULL")
    database.execute(
        "CREATE TABLE operation (id INTEGER PRIMARY KEY, room TEXT, old TEXT, new TEXT, state TEXT, status INTEGER)")
    with open(mapping, newline="") as file:
        rows = csv.reader(file)
        next(rows)
        database.executemany("INSERT INTO operation (old, new, room) VALUES (?, ?, ?)", rows)
    database.commit()
    return iter(database.execute("SELECT id, room, old, new FROM operation WHERE state IS NULL").fetchall())


async def main(mapping, path, rows_per_commit, concurrency):
    database = sqlite3.connect(path)
    operations = load(mapping, database)
    url = os.environ["ROCKETCHAT_URL"] + "/api/v1/livechat/room.visitor"
    headers = {
        "X-Auth-Token": os.environ["ROCKETCHAT_AUTH_TOKEN"],
        "X-User-Id": os.environ["ROCKETCHAT_USER_ID"],
        "Accept": "application/json",
    }
    uncommitted = 0

    async def work(session):
        nonlocal uncommitted
        for number, room, old, new in operations:
            body = {"rid": room, "oldVisitorId": old, "newVisitorId": new}
            async with session.put(url, json=body) as answer:
                reply = await answer.json() if answer.status == 200 else {}
            shown = reply.get("room", {})
            moved = shown.get("_id") == room and shown.get("v", {}).get("_id") == new
            database.execute(
                "UPDATE operation SET state = ?, status = ? WHERE id = ?",
                ("moved" if moved else "failed", answer.status, number))
            uncommitted += 1
            if uncommitted == rows_per_commit:
                database.commit()
                uncommitted = 0

    connector = aiohttp.TCPConnector(limit=concurrency)
    async with aiohttp.ClientSession(headers=headers, connector=connector) as session:
        await asyncio.gather(*(work(session) for _ in range(concurrency)))
    database.commit()
    open_rooms, = database.execute("SELECT count(*) FROM operation WHERE state IS NOT 'moved'").fetchone()
    sys.exit(1 if open_rooms else 0)


asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])))
