"""Medians, spreads, and the rows of the result."""

import operator
from dataclasses import dataclass
from statistics import median

OPERATORS = {"≤": operator.le, "≥": operator.ge, "<": operator.lt}


@dataclass
class Row:
    """A claim and its measurement. Without a value `note` has the reason: the machine cannot measure it, or,
    when `broken`, the measurement failed."""

    group: str
    measure: str = ""
    sign: str = ""
    limit: float = 0
    unit: str = ""
    value: float | None = None
    spread: tuple | None = None
    note: str = ""
    broken: bool = False

    @property
    def holds(self):
        if self.broken:
            return False
        return None if self.value is None else OPERATORS[self.sign](self.value, self.limit)

    @property
    def target(self):
        return f"{self.sign} {self.limit:g}{self.unit}" if self.sign else ""

    @property
    def measured(self):
        if self.value is None:
            return f"{'failed' if self.broken else 'not measured'}: {self.note}"
        text = number(self.value) + self.unit
        if self.spread:
            text += f" ({number(self.spread[0])}–{number(self.spread[1])})"
        return text

    @property
    def verdict(self):
        return {None: "–", True: "yes", False: "NO"}[self.holds]


def number(value):
    if value == int(value) and abs(value) < 1e6:
        return str(int(value))
    digits = 0 if abs(value) >= 1000 else 1 if abs(value) >= 100 else 2 if abs(value) >= 10 else 3
    return f"{value:,.{digits}f}"


def spread(values):
    """From the 10th to the 90th percentile."""
    ordered = sorted(values)
    last = len(ordered) - 1
    return ordered[round(last * 0.1)], ordered[round(last * 0.9)]


class Samples:
    """Values of each peer by round: within a round the machine's state is the same for all peers."""

    def __init__(self):
        self.rounds = {}

    def add(self, peer, values):
        self.rounds.setdefault(peer, []).append(list(values))

    def all(self, peer):
        return [value for values in self.rounds[peer] for value in values]

    def median(self, peer):
        return median(self.all(peer))

    def spread(self, peer):
        return spread(self.all(peer))

    def ratio(self, peer, other):
        """Median and spread of the ratios of the rounds: the machine's speed may change between rounds, and the
        medians of two peers might come from different speeds."""
        ratios = self.by_round(peer, other, operator.truediv)
        return median(ratios), spread(ratios)

    def difference(self, peer, other):
        differences = self.by_round(peer, other, operator.sub)
        return median(differences), spread(differences)

    def by_round(self, peer, other, operation):
        pairs = zip(self.rounds[peer], self.rounds[other], strict=True)
        return [operation(median(a), median(b)) for a, b in pairs]

    def text(self, peer, unit):
        low, high = self.spread(peer)
        return f"{number(self.median(peer))}{unit} ({number(low)}–{number(high)})"


def in_turn(peers, rounds):
    """Rotates the peers each round: no peer always runs after the same one."""
    peers = list(peers)
    for turn in range(rounds):
        start = turn % len(peers)
        yield peers[start:] + peers[:start]
