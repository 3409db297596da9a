"""Whether a rate that was asked for is kept, and never exceeded, as the server sees it."""

from bisect import bisect_left

from .measure import Measure, Row

RATES = {"10/min": (10, 60), "10/s": (10, 1), "100/s": (100, 1), "1000/s": (1000, 1)}


def round(shop, _):
    samples = {}
    for rate, (count, window) in RATES.items():
        arrivals = arrivals_at(shop, rate, int(shop.sizes.pace(window) * count / window))
        achieved = (len(arrivals) - 1) / (arrivals[-1] - arrivals[0])
        samples[rate] = abs(achieved * window / count - 1) * 100
        samples[f"most-{rate}"] = most_within(arrivals, window) / count
        samples[f"early-{rate}"] = earliness(arrivals, count, window) * 1000
    return samples


def arrivals_at(shop, rate, lines):
    process = shop.start(*shop.move_command(max(lines, 2), rate))
    shop.until_puts(process, max(lines, 2), pause=0.2)
    process.kill()
    process.wait()
    # The preflight's PUT is one of the route too.
    return [seconds for kind, seconds, _ in shop.server.arrivals() if kind in "PT"]


def most_within(arrivals, window):
    """The most requests in any window, wherever it begins."""
    return max(bisect_left(arrivals, start + window) - index for index, start in enumerate(arrivals))


def earliness(arrivals, count, window):
    """By how much a request came before its window was over, at worst: what the way to the server made of it."""
    spans = [arrivals[index + count] - arrivals[index] for index in range(len(arrivals) - count)]
    return max(window - min(spans), 0) if spans else 0


MEASURE = Measure("pace", round, [
    row
    for rate in RATES
    for row in [
        Row(f"pacing error at {rate}", rate, None, 0.5, 0.1, "%"),
        Row(f"most in any window at {rate} ÷ allowed", f"most-{rate}", None, 1, 1),
        Row("… which came too early by", f"early-{rate}", unit="ms"),
    ]
])
