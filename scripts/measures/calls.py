"""How many calls each job makes, and how much longer it takes than its calls have to, behind a limit as servers have it.

The sandbox stands for the server, with windows of a few seconds instead of a minute. All scenes run at the same time, each
against a sandbox of its own: they wait nearly all of the time.
"""

import json
import os
import subprocess
import threading
import time
import urllib.request
from dataclasses import dataclass
from math import ceil

from .measure import Measure, Row

# Calls in a window of so many seconds.
LIMIT, WINDOW = 10, 4
# Old visitors of the mapping, and their rooms; the other rooms of the workspace are of others.
OLD, MOVED = 50, 250
PAGE = 99


@dataclass
class Scene:
    rooms: int
    kind: str
    percent: int

    @property
    def name(self):
        return f"{self.rooms}-{self.kind}-{self.percent}"

    @property
    def pages(self):
        return ceil((self.rooms - 1) / PAGE)

    @property
    def open(self):
        """Rooms of the mapping whose conversation is live."""
        return MOVED * self.percent // 100

    def seed(self):
        visitors = [{"_id": f"old{number}", "token": f"t{number}"} for number in range(OLD)]
        visitors += [{"_id": f"new{number}", "token": f"n{number}"} for number in range(OLD // 2)]
        visitors += [{"_id": "other", "token": "other"}]
        step = self.rooms // MOVED
        rooms = []
        for number in range(self.rooms):
            place, is_ours = number // step, number % step == 0 and number // step < MOVED
            is_open = is_ours and place < self.open
            rooms.append({
                "_id": f"room{number:06}", "visitorId": f"old{place % OLD}" if is_ours else "other", "open": is_open,
                "servedBy": "agt" if is_open else None, "ts": f"2024-01-{1 + number // 1000:02}T00:{number // 17 % 60:02}:00.000Z",
            })
        return {"visitors": visitors, "rooms": rooms}

    def mapping(self):
        if self.kind == "visitor":
            return "old,new\n" + "".join(f"old{number},new{number % (OLD // 2)}\n" for number in range(OLD))
        step = self.rooms // MOVED
        return "room,old,new\n" + "".join(
            f"room{place * step:06},old{place % OLD},new{place % OLD % (OLD // 2)}\n" for place in range(MOVED))


def scenes(sizes):
    return [
        Scene(rooms, kind, percent)
        for rooms in sizes.rooms for kind in ("room", "visitor") for percent in (0, 1, 10)
    ]


class Sandbox:
    """A server of the tool's own, with what it saw."""

    def __init__(self, tool, folder, name, seed=None, limit=f"{LIMIT}/{WINDOW}"):
        command = [tool, "sandbox", "--rate-limit", limit, "--denial-delay", "0", "--quiet"]
        if seed is not None:
            path = folder / f"{name}.seed.json"
            path.write_text(json.dumps(seed))
            command += ["--seed", path]
        self.errors = open(folder / f"{name}.sandbox.txt", "wb")
        self.process = subprocess.Popen(
            [str(word) for word in command], stdout=subprocess.PIPE, stderr=self.errors, text=True)
        start = json.loads(self.process.stdout.readline())
        self.url, self.key = start["url"], start["controlKey"]
        self.user = next(user for user in start["users"] if user["username"] == "mgr")

    @property
    def environment(self):
        return {
            "PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), "LC_ALL": "C.UTF-8",
            "ROCKETCHAT_URL": self.url, "ROCKETCHAT_USER_ID": self.user["userId"],
            "ROCKETCHAT_AUTH_TOKEN": self.user["authToken"], "VISITOR_MERGE_NO_PROGRESS": "true",
        }

    def log(self):
        request = urllib.request.Request(f"{self.url}/sandbox/log", headers={"X-Sandbox-Key": self.key})
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)

    def close(self):
        self.process.terminate()
        self.process.wait()


class Job:
    """One command: its seconds, its calls on each endpoint, and what was refused by rate."""

    def __init__(self, sandbox, folder, tool, *words, expected=(0, 1, 2)):
        before = len(sandbox.log())
        began = time.monotonic()
        ended = subprocess.run(
            [str(word) for word in (tool, *words)], env=sandbox.environment, cwd=folder, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.seconds = time.monotonic() - began
        if ended.returncode not in expected:
            raise RuntimeError(f"{' '.join(map(str, words))} ended with {ended.returncode}:\n{ended.stdout[-2000:]}")
        self.said = ended.stdout
        log = sandbox.log()[before:]
        self.calls, self.refused = {}, 0
        for entry in log:
            name = (entry.get("route") or entry["path"]).replace("/api/v1/", "").split("/room/:")[0]
            self.calls[name] = self.calls.get(name, 0) + 1
            self.refused += entry["status"] == 429
        self.windows = max(ceil(count / LIMIT) for count in self.calls.values())

    @property
    def total(self):
        return sum(self.calls.values())


def play(scene, shop, samples):
    """The jobs of one scene, one after the other, and what each of them should have taken."""
    folder = shop.fresh(f"calls-{scene.name}")
    folder.mkdir()
    sandbox = Sandbox(shop.tool, folder, scene.name, scene.seed())
    try:
        (folder / "m.csv").write_text(scene.mapping())
        moves, pages, name = MOVED - scene.open, scene.pages, scene.name
        wait_for_window()
        audit = Job(sandbox, folder, shop.tool, "audit", "m.csv")
        wait_for_window()
        run = Job(sandbox, folder, shop.tool, "run", "m.csv")
        wait_for_window()
        verify = Job(sandbox, folder, shop.tool, "verify", "m.csv.journal.db")
        new = OLD // 2
        # What was seen open in the list is asked for once more, in case it has closed; the room of a line is looked at
        # before its move, and there is one question for the number of rooms and one probe.
        looks = scene.open + 1 + min(pages, OLD) if scene.kind == "visitor" else MOVED
        least = {
            "audit": 2 + 1 + min(pages, MOVED) + scene.open + new,
            "run": 2 + 1 + moves + looks,
            # Whether an old visitor shares its token with the new one takes a question for each of both.
            "verify": 1 + min(pages, moves) + tokens(scene),
        }
        ideal = {
            # Which rooms the list cannot settle is known at its end.
            "audit": max(pages + 1, new) + scene.open, "run": max(moves, looks),
            "verify": max(pages + 1, tokens(scene)),
        }
        for job, what in (("audit", audit), ("run", run), ("verify", verify)):
            samples[f"{job}-time-{name}"] = what.seconds / (ideal[job] / LIMIT * WINDOW)
            samples[f"{job}-calls-{name}"] = what.total / least[job]
            samples[f"{job}-refused-{name}"] = what.refused / what.windows
            samples[f"{job}-detail-{name}"] = {
                "seconds": round_to(what.seconds), "calls": what.calls, "refused": what.refused}
    finally:
        sandbox.close()


def tokens(scene):
    """Visitors whose tokens are compared: of old ones that a run has emptied, and of their new ones."""
    left = {place % OLD for place in range(scene.open)}
    emptied = [number for number in range(OLD) if number not in left]
    return len(emptied) + len({number % (OLD // 2) for number in emptied})


def wait_for_window():
    """Lets the window of the last job end, so that each begins with a whole one."""
    time.sleep(WINDOW)


def round_to(seconds):
    return int(seconds * 10) / 10


def default_limit(shop, samples):
    """Few moves at the limit that a server has by default, and the walk-through on the demo workspace."""
    folder = shop.fresh("calls-default")
    folder.mkdir()
    few = Sandbox(shop.tool, folder, "few", {
        "visitors": [{"_id": "old"}, {"_id": "new"}],
        "rooms": [{"_id": f"room{number}", "visitorId": "old"} for number in range(8)]}, limit="10/60")
    try:
        (folder / "few.csv").write_text("room,old,new\n" + "".join(f"room{number},old,new\n" for number in range(8)))
        samples["few-moves"] = Job(few, folder, shop.tool, "run", "few.csv", expected=(0,)).seconds
    finally:
        few.close()
    demo = Sandbox(shop.tool, folder, "demo", limit="10/60")
    try:
        began = time.monotonic()
        detail = {}
        for words in (["suggest", "--by", "email,phone", "--output", "mapping.csv"], ["audit", "mapping.csv"],
                      ["run", "mapping.csv"], ["verify", "mapping.csv.journal.db"], ["undo", "mapping.csv.journal.db"]):
            job = Job(demo, folder, shop.tool, *words)
            detail[words[0]] = {"seconds": round_to(job.seconds), "calls": job.calls}
        seconds = time.monotonic() - began
        # Each window but the last of a command has to be waited for.
        windows = sum(
            ceil(max(count for name, count in job["calls"].items() if name != "/api/info") / 10) - 1
            for job in detail.values())
        samples["walk-through"] = (seconds - 60 * windows) / len(detail)
        samples["walk-through-detail"] = detail
    finally:
        demo.close()


def suggest(shop, samples):
    """The list of all visitors, page after page."""
    folder = shop.fresh("calls-suggest")
    folder.mkdir()
    visitors = 2_000
    sandbox = Sandbox(shop.tool, folder, "suggest", {
        "visitors": [{"_id": f"visitor{number}"} for number in range(visitors)], "rooms": []})
    try:
        job = Job(sandbox, folder, shop.tool, "suggest", "--by", "email", "--output", "mapping.csv")
        pages = ceil((visitors - 1) / PAGE)
        samples["suggest-time"] = job.seconds / (pages / LIMIT * WINDOW)
        samples["suggest-calls"] = job.total / pages
        samples["suggest-detail"] = {"seconds": round_to(job.seconds), "calls": job.calls}
    finally:
        sandbox.close()


def round(shop, _):
    samples, failures = {}, []

    def guarded(body, *arguments):
        try:
            body(*arguments)
        except Exception as error:
            failures.append(error)

    works = [(play, scene, shop, samples) for scene in scenes(shop.sizes)]
    works += [(default_limit, shop, samples), (suggest, shop, samples)]
    threads = [threading.Thread(target=guarded, args=work) for work in works]
    for thread in threads:
        thread.start()
        # A seed of 20,000 rooms keeps the processor busy for a moment, which is nobody else's time.
        time.sleep(0.3)
    for thread in threads:
        thread.join()
    if failures:
        raise SystemExit(f"{len(failures)} scenes failed; the first: {failures[0]}")
    details = {name: samples.pop(name) for name in sorted(samples) if "-detail" in name}
    (shop.folder / "calls-detail.json").write_text(json.dumps(details, indent=1))
    return samples


BARS = {"audit": 1.2, "run": 1.03, "verify": 1.2}


def rows(sizes):
    table = []
    for scene in scenes(sizes):
        title = f"{scene.kind} lines, {scene.rooms} rooms, {scene.percent} % open"
        for job in ("audit", "run", "verify"):
            table += [
                Row(f"{job} of {title}: time ÷ ideal", f"{job}-time-{scene.name}", None, BARS[job]),
                Row("… calls ÷ least possible", f"{job}-calls-{scene.name}"),
                Row("… 429s for a window", f"{job}-refused-{scene.name}", None, 1),
            ]
    return table + [
        Row("suggest, 2000 visitors: time ÷ ideal", "suggest-time", None, 1.2),
        Row("… calls ÷ least possible", "suggest-calls"),
        Row("8 moves at the default limit", "few-moves", None, 5, unit="s"),
        Row("a command of the walk-through on the demo workspace, without the windows that its calls need",
            "walk-through", None, 5, unit="s"),
    ]


MEASURE = Measure("calls", round, rows, most_rounds=1)
