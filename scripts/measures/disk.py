"""Rooms moved per second on a disk as most servers have it, where a sync takes milliseconds."""

from .measure import Measure, Row
from .moves import moves_of_aiohttp, moves_of_ours

# More for each sync than this machine's disk takes.
SLOWER_BY = 2000


def round(shop, _):
    with shop.slow_disk(SLOWER_BY):
        samples = moves_of_ours(shop, shop.sizes.moves)
        samples |= moves_of_aiohttp(shop, shop.sizes.moves)
    return samples


MEASURE = Measure("disk", round, [
    Row("a sync 2 ms slower: moves/s ÷ aiohttp, per 256", "ours", "aiohttp-256", 3.0, 6, "1/s", True),
    Row("a sync 2 ms slower: moves/s ÷ aiohttp, per row", "ours", "aiohttp-row", 20, 40, "1/s", True),
])
