"""Where the measuring happens: the folder, the mappings, the server, the tool and its peers."""

import os
import random
import shutil
import string
import time
from contextlib import contextmanager
from pathlib import Path

from .process import Process
from .server import Server

CONCURRENCY = 32
PEERS = Path(__file__).resolve().parent.parent / "peers"


class Workshop:
    def __init__(self, folder, tool, server_binary, python, sizes):
        self.folder = folder
        self.tool = tool
        self.python = python
        self.sizes = sizes
        self.server = Server(server_binary)
        self.process = None
        # Files that are made once and used by several measures.
        self.made = set()
        self.environment = {
            "PATH": os.environ["PATH"], "HOME": str(folder), "LC_ALL": "C.UTF-8", "ROCKETCHAT_URL": self.server.url,
            "ROCKETCHAT_USER_ID": "uQ7mZp2LkTn4VbXc9",
            "ROCKETCHAT_AUTH_TOKEN": "hVexampleexampleexampleexampleexampleexampl",
        }

    def mapping(self, lines):
        """A mapping of so many rooms, ids of 17, 24 and 24 characters, the same each time."""
        path = self.folder / f"rooms-{lines}.csv"
        if not path.exists():
            dice = random.Random(20)
            letters = string.ascii_letters + string.digits
            with open(path.with_suffix(".new"), "w") as file:
                file.write("old_visitor_id,new_visitor_id,room_id\n")
                for _ in range(lines):
                    room = "".join(dice.choices(letters, k=17))
                    # The server knows the old visitor of a room by this form; see peers/server.c.
                    file.write(f"66f0a1c{room},66f0b1c{room},{room}\n")
            path.with_suffix(".new").rename(path)
        return path

    def fresh(self, name):
        """A path in the folder where nothing is."""
        path = self.folder / name
        for old in [path, *self.folder.glob(f"{name}-*"), *self.folder.glob(f"{name}.*")]:
            shutil.rmtree(old) if old.is_dir() else old.unlink(missing_ok=True)
        return path

    @contextmanager
    def slow_disk(self, microseconds):
        """Meanwhile every sync of a file takes that much longer, for whoever asks for one."""
        before = self.environment
        self.environment = before | {
            "LD_PRELOAD": str(self.folder / "slow-sync.so"), "SYNC_MICROSECONDS": str(microseconds)}
        try:
            yield
        finally:
            self.environment = before

    def start(self, *command, output=None, resets=True):
        """Starts a command on even ground: nothing of the last one is left to be written, and nothing counted."""
        os.sync()
        if resets:
            self.server.reset()
        self.process = Process(command, self.environment, self.folder, output)
        return self.process

    def run(self, *command, output=None, expected=(0,)):
        process = self.start(*command, output=output)
        return process.check(process.wait(), expected)

    def move_command(self, lines, rate="unlimited", name="job", mapping=None):
        """The command line of a run with a new journal; afterwards that is at `name`.db."""
        return self.move_again_command(mapping or self.mapping(lines), self.fresh(f"{name}.db"), rate)

    def move_again_command(self, mapping, journal, rate="unlimited"):
        report = self.fresh(f"{journal.stem}.report")
        return [
            self.tool, "run", mapping, "--journal", journal, "--report", report, "--open-rooms", "move", "--rate", rate,
            "--concurrency", CONCURRENCY, "--no-progress", "--quiet",
        ]

    def until_puts(self, process, count, pause=0.02):
        """Waits until the server has seen so many PUTs, or the process is over."""
        while (stats := self.server.stats())["puts"] < count and not process.has_ended():
            time.sleep(pause)
        return stats

    def finished_journal(self, lines):
        """The journal of a run that moved so many rooms on this server; made once."""
        journal = self.folder / f"finished-{lines}.db"
        if journal not in self.made:
            self.run(*self.move_command(lines, name=journal.stem))
            self.made.add(journal)
        return journal

    def close(self):
        """Ends what is still going, also when the benchmark itself is interrupted."""
        if self.process and self.process.popen.returncode is None:
            self.process.kill()
            self.process.wait()
        self.server.stop()
