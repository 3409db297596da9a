"""What a measure is: rounds of samples, and rows that compare them with a bar."""

import statistics
from dataclasses import dataclass
from typing import Callable


@dataclass
class Row:
    """One line of the table: a sample of ours, alone or divided by a peer's of the same round."""

    title: str
    ours: str
    peer: str | None = None
    bar: float | None = None
    stretch: float | None = None
    unit: str = ""
    more_is_better: bool = False


@dataclass
class Measure:
    """`round` tries every contender once, one after the other, and returns its samples by name."""

    name: str
    round: Callable[["Workshop", int], dict[str, float]]
    # Or what makes them of the sizes.
    rows: list[Row] | Callable[["Sizes"], list[Row]]
    # For what takes long and varies little.
    most_rounds: int | None = None

    def rows_for(self, sizes):
        return self.rows(sizes) if callable(self.rows) else self.rows


class Result:
    """A row with the samples of all rounds. Ratios are taken within a round, where the machine was in one mood."""

    def __init__(self, measure, row, rounds):
        self.measure = measure
        self.row = row
        self.ours = [samples[row.ours] for samples in rounds]
        self.peer = [samples[row.peer] for samples in rounds] if row.peer else None
        self.judged = [ours / peer for ours, peer in zip(self.ours, self.peer)] if self.peer else self.ours

    @property
    def median(self):
        return statistics.median(self.judged)

    @property
    def verdict(self):
        if self.row.bar is None:
            return ""
        keeps = (lambda limit: self.median >= limit) if self.row.more_is_better else (lambda limit: self.median <= limit)
        if self.row.stretch is not None and keeps(self.row.stretch):
            return "stretch"
        return "bar" if keeps(self.row.bar) else "MISSED"

    def encoded(self):
        return {
            "measure": self.measure, "title": self.row.title, "unit": self.row.unit,
            "ours": statistics.median(self.ours), "peer": statistics.median(self.peer) if self.peer else None,
            "ratio": self.median if self.peer else None, "spread": [min(self.judged), max(self.judged)],
            "bar": self.row.bar, "stretch": self.row.stretch, "more_is_better": self.row.more_is_better,
            "verdict": self.verdict, "samples": {"ours": self.ours, "peer": self.peer},
        }


def table(results):
    """The results as text, for people."""
    head = ["measure", "ours", "peer", "ratio", "lowest … highest", "bar", "stretch", "reached"]
    cells = [head]
    for result in results:
        row = result.row
        sign = "≥ " if row.more_is_better else "≤ "
        limits = ["" if limit is None else sign + number(limit) for limit in (row.bar, row.stretch)]
        cells.append([
            f"{row.title}{f' [{row.unit}]' if row.unit else ''}", number(statistics.median(result.ours)),
            number(statistics.median(result.peer)) if result.peer else "",
            number(result.median) if result.peer else "",
            f"{number(min(result.judged))} … {number(max(result.judged))}", *limits, result.verdict,
        ])
    widths = [max(len(line[column]) for line in cells) for column in range(len(head))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in cells)


def number(value):
    if value == int(value) and abs(value) < 1e7:
        return str(int(value))
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.4g}"
