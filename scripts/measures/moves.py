"""Rooms moved per second, and the processor time of one move."""

from .measure import Measure, Row
from .workshop import CONCURRENCY, PEERS


def round(shop, _):
    sizes = shop.sizes
    samples = moves_of_ours(shop, sizes.moves)
    samples |= moves_of_curl(shop, sizes.moves)
    samples |= moves_of_aiohttp(shop, sizes.moves)
    lines = sizes.moves // 250
    shop.run(PEERS / "moves-parallel", shop.mapping(lines), shop.fresh("parallel.log"), CONCURRENCY)
    samples["parallel"] = per_second(shop, lines)
    shop.run("wrk", "--threads", 1, "--connections", CONCURRENCY, "--duration", sizes.wrk, "--script", PEERS / "put.lua",
             shop.server.url)
    samples["wrk"] = per_second(shop)
    return samples


def moves_of_ours(shop, lines):
    ended, moving = watched(shop, shop.move_command(lines), lines)
    return {
        "ours": per_second(shop, lines), "ours-whole": lines / ended.seconds,
        "ours-processor": ended.processor / lines * 1e6, "ours-moving": moving / lines * 1e6,
    }


def moves_of_aiohttp(shop, moves):
    samples = {}
    for name, rows_per_commit, lines in [("aiohttp-256", 256, moves // 5), ("aiohttp-row", 1, moves // 50)]:
        mapping, database = shop.mapping(lines), shop.fresh("aiohttp.db")
        shop.run(shop.python, PEERS / "moves-aiohttp.py", mapping, database, rows_per_commit, CONCURRENCY)
        samples[name] = per_second(shop, lines)
    return samples


def moves_of_curl(shop, lines):
    config = shop.folder / "curl.txt"
    shop.run("awk", "-f", PEERS / "curl-config.awk", shop.mapping(lines), output=config)
    command = ["curl", "--silent", "--parallel", "--parallel-max", CONCURRENCY, "--config", config]
    ended, moving = watched(shop, command, lines)
    return {
        "curl": per_second(shop, lines), "curl-whole": lines / ended.seconds,
        "curl-processor": ended.processor / lines * 1e6, "curl-moving": moving / lines * 1e6,
    }


def watched(shop, command, lines):
    """Runs a command; also the processor time that it took between its first PUT and its last."""
    process = shop.start(*command)
    shop.until_puts(process, 1)
    before = process.processor_so_far
    shop.until_puts(process, lines, pause=0.05)
    after = process.processor_so_far
    return process.check(process.wait()), after - before


def per_second(shop, expected=None):
    """Between the first PUT and the last, as the server saw them: what comes before and after has its own measures."""
    stats = shop.server.stats()
    if expected and stats["puts"] != expected:
        raise SystemExit(f"The server saw {stats['puts']} PUTs instead of {expected}.")
    return (stats["puts"] - 1) / (stats["last_put"] - stats["first_put"]) * 1e9


MEASURE = Measure("moves", round, [
    Row("moves/s ÷ aiohttp + SQLite, commit per 256", "ours", "aiohttp-256", 3.0, 6, "1/s", True),
    Row("moves/s ÷ curl --parallel", "ours", "curl", 0.65, 1.2, "1/s", True),
    Row("moves/s ÷ aiohttp + SQLite, commit per row", "ours", "aiohttp-row", 20, 40, "1/s", True),
    Row("moves/s ÷ GNU parallel + curl", "ours", "parallel", unit="1/s", more_is_better=True),
    Row("moves/s ÷ wrk, the limit of the machine", "ours", "wrk", unit="1/s", more_is_better=True),
    Row("moves/s with plan and report ÷ whole curl", "ours-whole", "curl-whole", unit="1/s", more_is_better=True),
    Row("processor time per move ÷ curl's per request", "ours-processor", "curl-processor", 2.2, 0.8, "µs"),
    Row("… of it between first and last PUT ÷ curl's", "ours-moving", "curl-moving", unit="µs"),
])
