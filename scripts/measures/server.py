"""The C server: every contender of a measure talks to the same one."""

import http.client
import json
import subprocess


class Server:
    """Runs until `stop`; what it counts begins anew with `reset`."""

    def __init__(self, binary):
        self.process = subprocess.Popen([binary, "0"], stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def ask(self, method, path):
        self.connection.request(method, path)
        return self.connection.getresponse().read()

    def reset(self):
        self.ask("POST", "/bench/reset")

    def stats(self):
        """Counts, and instants on the clock that `time.monotonic` reads, in nanoseconds."""
        return json.loads(self.ask("GET", "/bench/stats"))

    def arrivals(self):
        """Every request as (kind, seconds, room): P a PUT, T the preflight's, L a look, O anything else."""
        for line in self.ask("GET", "/bench/log").decode().splitlines():
            kind, nanoseconds, room = line.split(" ")
            yield kind, int(nanoseconds) / 1e9, room

    def stop(self):
        self.process.kill()
        self.process.wait()
