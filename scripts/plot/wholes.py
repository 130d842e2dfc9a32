# SPDX-License-Identifier: GPL-2.0
"""Pictures of whole runs: a dot for each backend, a row for each workload.

times.json and perf.json hold such pairs; report asks for a picture of each.
"""
import math

from comparisons import zeros
from counted import walk_pictures
from gnuplot import BACKEND, Picture
from perfs import exits, flushes
from rows import Layout, log_ticks, title

SIDES = ("ept", "spt")
LOOKS = {side: BACKEND[side] for side in SIDES}


def steps(low, high):
    """The steps of 1, 2, 5, 10, ... around LOW and HIGH: runs lie close to each other."""
    power = 10.0 ** math.floor(math.log10(low))
    begin = max(power * s for s in (1, 2, 5) if power * s <= low * 1.0001)
    power = 10.0 ** math.floor(math.log10(high))
    end = min(power * s for s in (1, 2, 5, 10) if power * s >= high * 0.9999)
    return begin, end if end > begin else begin * 10


def pairs(name, words, axis, rows, where):
    """Dots with their spans on a log axis.

    WORDS are title and caption; ROWS [(label, whole.Series or None of either backend)].
    """
    rows = [r for r in rows if r[1] or r[2]]
    seen = [v for row in rows for s in row[1:] if s for v in (s.low, s.median, s.high)]
    if not any(v > 0 for v in seen):
        return None
    layout = Layout([("A whole run of", [(r, r[0]) for r in rows])], 29)
    clipped = sum(1 for row in rows for s in row[1:] if s and s.median <= 0)
    picture = Picture(
        name,
        "%s (%s)" % (words[0], where),
        "%s%s." % (words[1], zeros(clipped)),
        layout.height,
    )
    header = ["workload", "y"] + [s + c for s in SIDES for c in ("", " low", " high")]
    table = []
    for y, label, row in layout.rows:
        cells = [label, y]
        for series in row[1:]:
            shown = series and series.median > 0
            # A span that begins at 0 is drawn from the dot on.
            cells += (
                [series.median, series.low or series.median, series.high] if shown else [None] * 3
            )
        table.append(cells)
    data = picture.table(header, table)
    low, high = steps(min(v for v in seen if v > 0), max(seen))
    tics = log_ticks(low, high)[2]
    picture.add(
        title(words[0], "%s · %s, log axis%s" % (where, axis, zeros(clipped)), layout.height),
        *layout.commands(),
        "set rmargin at screen 0.95",
        "set logscale x 10",
        "set xrange [%.4g:%.4g]" % (low * 0.95, high * 1.05),
        "set xtics (%s)" % tics,
        'set xlabel "%s (median)"' % axis,
        layout.legend([(look["title"], look["point"], look["colour"]) for look in LOOKS.values()])
    )
    lane = {"ept": 0.15, "spt": -0.15}  # equal values stay visible
    picture.plot(
        data,
        [
            (
                side,
                '"%s" using (column("%s")):(column("y")+%.2f):'
                '(column("%s low")):(column("%s high")) '
                'with xerrorbars pt %d ps 0.9 lw 1.4 lc rgb "%s" notitle'
                % (data, side, lane[side], side, side, look["point"], look["colour"]),
            )
            for side, look in LOOKS.items()
        ],
    )
    return picture


def times(found, where):
    """How long whole runs take."""
    if found is None:
        return None
    unit = found.unit
    return pairs(
        "end-to-end",
        ("A run from start to end", "%s of a whole `hvbench run`" % unit.capitalize()),
        unit if unit == "instructions" else "milliseconds",
        [(r.workload, r.ept, r.spt) for r in found.rows],
        where,
    )


def counted(perfs, where):
    """[Picture or None] of what perf counted: exits, flushes, and the CPU's page walks."""
    if perfs is None:
        return []

    def picture(name, heading, axis, total):
        rows = [(r.workload, total(r.ept), total(r.spt)) for r in perfs.rows]
        return pairs(name, (heading, "%s in a whole run" % heading), axis, rows, where)

    return [
        picture("perf-exits", "VM exits", "exits", exits),
        picture("perf-flushes", "TLB flushes executed", "flushes", flushes),
        *(picture(*words) for words in walk_pictures(perfs)),
    ]
