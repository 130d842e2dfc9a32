# SPDX-License-Identifier: GPL-2.0
"""Break-even: how many page walks a change of a page table is worth, in modelled cycles.

EPT pays with each walk, shadow paging with each change. Of a modelled.Modelled this module
finds what a walk costs more under EPT, what a change costs more under shadow paging, and the
quotient, on whose two sides the phases of a run lie. modelled_verdicts.py says it in a
sentence and scripts/plot/modelled_break_even.py draws it.
"""
import collections

import conditions
import modelled
from modelled import Band

# A phase has many TLB misses where so many of its operations walk the page tables.
MANY = 0.1

# A phase whose walks cost more under EPT, and by how many modelled cycles each.
Extra = collections.namedtuple("Extra", "pair cycles")
# What shadow paging pays for an edit, and for each exit that the edit takes.
Edit = collections.namedtuple("Edit", "pair cycles change")
# Walks for each change: of EXTRA, the phase in the middle; the extremes over the phases at
# the middle of the costs; and over the phases and both ends of the costs.
Line = collections.namedtuple("Line", "edit extra middle mids ends")
# A phase in the picture.
Point = collections.namedtuple("Point", "pair walks changes")


def missing_phases(model):
    """[Pair] of the warm phases with many TLB misses under EPT, the fewest walks first."""
    found = [
        (model.walks("ept", pair), pair)
        for pair in model.pairs
        if model.suite.declared(pair) == conditions.WARM
    ]
    return [pair for walks, pair in sorted(found, key=lambda f: f[0]) if walks >= MANY]


def extras(model):
    """[Extra] of the phases with many misses that cost more under EPT at all ends."""
    found = []
    for pair in missing_phases(model):
        walks = model.walks("ept", pair)
        cycles = Band(*((e - s) / walks for e, s in zip(pair.ept, pair.spt)))
        if min(cycles) > 0:
            found.append(Extra(pair, cycles))
    return found


def changes(model, pair):
    """The exits that an operation takes under shadow paging and not under EPT."""
    return max(0, model.exits("spt", pair) - model.exits("ept", pair))


def edit(model):
    """The Edit of the workload pte-edit, or None where it takes no exit of its own."""
    for pair in model.pairs:
        if (pair.workload, pair.phase, pair.base) == ("pte-edit", "edit", True):
            cycles = Band(*(s - e for e, s in zip(pair.ept, pair.spt)))
            count = changes(model, pair)
            return Edit(pair, cycles, Band(*(c / count for c in cycles))) if count else None
    return None


def worth(change, extra):
    """How many walks that cost EXTRA a CHANGE is worth: the Band over the ends of both."""
    ends = [c / e for c, e in zip(change, extra)]
    return Band(min(ends), ends[modelled.ENDS.index("mid")], max(ends))


def line(model):
    """The Line, or None where the run can't tell."""
    of_edit, found = edit(model), extras(model)
    if not of_edit or not found or min(of_edit.cycles) <= 0:
        return None
    bands = [(worth(of_edit.change, extra.cycles), extra) for extra in found]
    bands.sort(key=lambda entry: entry[0].mid)
    middle, extra = bands[(len(bands) - 1) // 2]
    return Line(
        of_edit,
        extra,
        middle,
        (bands[0][0].mid, bands[-1][0].mid),
        (min(band.low for band, _ in bands), max(band.high for band, _ in bands)),
    )


def cheaper(walks, changes_, walks_per_change):
    """Who is cheaper on this side of a line: spt where there are more walks for each change."""
    return "spt" if walks > changes_ * walks_per_change else "ept"


def points(model):
    """[Point] of the phases in which no MMU fills empty tables.

    In a cold phase both MMUs exit at each first touch, which is neither a walk nor a change,
    and the price of an exit has nothing to do with memory.
    """
    return [
        Point(pair, model.walks("ept", pair), changes(model, pair))
        for pair in model.pairs
        if model.suite.declared(pair) in (conditions.WARM, conditions.CHANGE)
    ]
