# SPDX-License-Identifier: GPL-2.0
"""The report's first answer: the run in modelled cycles of named CPUs.

contents.py asks for section(), which is empty where nothing was modelled.
"""
import collections
import math

import groups
import modelled
from document import Heading, Table, Text
from results import name_of
from rows import factor
from verdicts import plural

NAMES = {"ept": "EPT", "spt": "shadow", "tie": "equal", "undecided": "open"}

WORDS = (
    "A model of a named CPU's TLBs, paging-structure caches and data caches was fed with each "
    "access of guest and hypervisor. **Modelled cycles** are computed from what it counted and "
    "from the costs in the CPU's description; they are no measurement. Low and high are what they "
    "become at the ends of the costs for which no source gives one value. **Native** is the same "
    "guest over its own page tables without a hypervisor. Where the two ends have different "
    "winners, the table says open."
)


def label(suite, pair):
    """A phase or a whole workload, and what of its parameters is not the base."""
    name = name_of(pair.workload, pair.phase) if pair.phase else pair.workload
    other = groups.difference(suite, pair)
    return "%s (%s)" % (name, other) if other else name


def in_sentence(suite, pair):
    """label() for a sentence, whose colon it is not to take."""
    return label(suite, pair).replace(": ", ", ")


def row_of(suite, pair, number):
    """A line of the table."""

    def cell(cost):
        return (
            "%s [%s, %s]" % tuple(map(number, (cost.mid, cost.low, cost.high))) if cost else "–"
        )

    cells = [cell(cost) for cost in (pair.native, pair.ept, pair.spt)]
    return [label(suite, pair), NAMES[pair.winner], *cells]


def strongest(suite, pairs, who):
    """The PAIRS that WHO wins, by how much: 'random, update, 1.27×', the largest first."""
    found = []
    for pair in pairs:
        if pair.winner == who:
            low, high = sorted((pair.ept.mid, pair.spt.mid))
            found.append((high / low if low else math.inf, in_sentence(suite, pair)))
    return ["%s, %s×" % (name, factor(times)) for times, name in sorted(found, reverse=True)]


def score(suite, cpu, pairs):
    """What the phases come to on a CPU, in one paragraph."""
    count = collections.Counter(pair.winner for pair in pairs)
    words = "**On %s, shadow paging is cheaper in %d of %s, EPT in %d**; in %d they are equal" % (
        cpu,
        count["spt"],
        plural(len(pairs), "phase"),
        count["ept"],
        count["tie"],
    )
    if count["undecided"]:
        words += ", in %d the ends of the ranges disagree" % count["undecided"]
    words += "."
    for who, name in (("spt", "Shadow paging"), ("ept", "EPT")):
        most = strongest(suite, pairs, who)[:4]
        if most:
            words += " %s wins most in %s." % (name, "; ".join(most))
    return words


def table(suite, cpu, pairs, number, fold=""):
    """Native, EPT and shadow paging side by side, a row a phase."""
    return Table(
        ["operation", "cheaper", "native", "EPT", "shadow"],
        "llrrr",
        [row_of(suite, pair, number) for pair in pairs],
        "Modelled cycles per operation on %s, middle [low, high]" % cpu,
        fold,
    )


def section(suite, number, figures=()):
    """The report's blocks, none where nothing was modelled; NUMBER writes a number."""
    scores, tables = [], []
    for model in modelled.models(suite):
        pairs = model.pairs
        base = [pair for pair in pairs if pair.base]
        other = [pair for pair in pairs if not pair.base]
        if pairs:
            scores.append(Text(score(suite, model.cpu, pairs)))
            tables.append(table(suite, model.cpu, base, number))
        if other:
            fold = "Modelled cycles on %s with other parameters" % model.cpu
            tables.append(table(suite, model.cpu, other, number, fold))
    if not tables:
        return []
    return [Heading(2, "The answer in modelled cycles"), *scores, Text(WORDS), *figures, *tables]
