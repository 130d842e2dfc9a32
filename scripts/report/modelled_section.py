# SPDX-License-Identifier: GPL-2.0
"""The report's first answer: the run in modelled cycles of named CPUs.

contents.py asks for section(), which is empty where nothing was modelled.
"""
import collections

import modelled
from document import Heading, Table, Text
from results import name_of
from rows import factor

NAMES = {"ept": "EPT", "spt": "shadow", "tie": "equal", "undecided": "open"}

WORDS = (
    "A model of a named CPU's TLBs, paging-structure caches and data caches was fed with each "
    "access of guest and hypervisor. **Modelled cycles** are computed from what it counted and "
    "from the costs in the CPU's description; they are no measurement. Low and high are what they "
    "become at the ends of the costs for which no source gives one value. **Native** is the same "
    "guest over its own page tables without a hypervisor. Where the two ends have different "
    "winners, the table says open."
)


def row_of(pair, number):
    """A line of the table."""

    def cell(cost):
        return (
            "%s [%s, %s]" % tuple(map(number, (cost.mid, cost.low, cost.high))) if cost else "-"
        )

    cells = [cell(cost) for cost in (pair.native, pair.ept, pair.spt)]
    return ["%s: %s" % (pair.workload, pair.phase), *cells, NAMES[pair.winner]]


def strongest(pairs, who):
    """The PAIRS that WHO wins, by how much: 'random, 1.27×' and so on, the largest first."""
    found = []
    for pair in pairs:
        if pair.winner == who:
            low, high = sorted((pair.ept.mid, pair.spt.mid))
            found.append((high / low if low else float("inf"), name_of(pair.workload, pair.phase)))
    return ["%s, %s×" % (name, factor(times)) for times, name in sorted(found, reverse=True)]


def score(model, pairs):
    """What the phases of a model come to, in one paragraph."""
    count = collections.Counter(pair.winner for pair in pairs)
    words = "**On %s, shadow paging is cheaper in %d of %d phases, EPT in %d**; in %d they are equal" % (
        model.cpu,
        count["spt"],
        len(pairs),
        count["ept"],
        count["tie"],
    )
    if count["undecided"]:
        words += ", in %d the constants that nobody published decide" % count["undecided"]
    words += "."
    for who, name in (("spt", "Shadow paging"), ("ept", "EPT")):
        best = strongest(pairs, who)[:4]
        if best:
            words += " %s wins most in %s." % (name, "; ".join(best))
    return words


def section(suite, number, figures=()):
    """The report's blocks, none where nothing was modelled; NUMBER writes a number."""
    scores, tables = [], []
    for model in modelled.models(suite):
        pairs = model.pairs()
        if pairs:
            scores.append(Text(score(model, pairs)))
            tables.append(
                Table(
                    ["operation", "native", "EPT", "shadow", "cheaper"],
                    "lrrrl",
                    [row_of(pair, number) for pair in pairs],
                    "Modelled cycles per operation on %s, middle [low, high]" % model.cpu,
                )
            )
    if not tables:
        return []
    return [Heading(2, "The answer in modelled cycles"), *scores, Text(WORDS), *figures, *tables]
