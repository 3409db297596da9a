"""Processes: started, timed, ended; by their ids alone."""

import os
import signal
import subprocess
import threading
import time
from dataclasses import dataclass


@dataclass
class Ended:
    """What a process and its children took."""

    began: float
    seconds: float
    processor: float
    status: int


class Process:
    """A command in a process group of its own, so that its children end with it."""

    def __init__(self, command, environment, folder, output=None):
        self.command = [str(word) for word in command]
        self.errors = open(folder / "errors.txt", "w+b")
        with open(output or os.devnull, "wb") as sink:
            self.began = time.monotonic()
            self.popen = subprocess.Popen(
                self.command, env=environment, cwd=folder, stdin=subprocess.DEVNULL, stdout=sink, stderr=self.errors,
                start_new_session=True)

    @property
    def processor_so_far(self):
        """User and system seconds, in steps of a clock tick."""
        with open(f"/proc/{self.popen.pid}/stat") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def kill(self):
        os.killpg(self.popen.pid, signal.SIGKILL)

    def wait(self, limit=3600):
        timer = threading.Timer(limit, self.kill)
        timer.start()
        _, status, usage = os.wait4(self.popen.pid, 0)
        seconds = time.monotonic() - self.began
        timer.cancel()
        self.popen.returncode = os.waitstatus_to_exitcode(status)
        return Ended(self.began, seconds, usage.ru_utime + usage.ru_stime, self.popen.returncode)

    def has_ended(self):
        return os.waitid(os.P_PID, self.popen.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    def check(self, ended, expected=(0,)):
        """Ends the benchmark when a command did not do what it is measured for."""
        if ended.status in expected:
            return ended
        self.errors.seek(0)
        said = self.errors.read()[-2000:].decode(errors="replace")
        raise SystemExit(f"{' '.join(self.command[:4])} … ended with status {ended.status}:\n{said}")
