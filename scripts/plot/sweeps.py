# SPDX-License-Identifier: GPL-2.0
"""The pictures of sweeps: cost against density, footprint, address spaces.

Called by the report with a suite.Suite; a sweep is every parameter set of a
workload that differs from its base in one parameter. Each function returns a
Picture, or None where the run holds no such sweep.
"""
import math

import conditions
import sides
from counts import panel, power_of_two
from gnuplot import BACKEND, GUEST, NATIVE_LOOK, Picture, bold
from results import name_of
from rows import compact, legend, log_ticks, title

TOP = 88  # pixels of title and key
PANEL = 300  # pixels of a line of panels


def series(suite, workload, phase, param, pick):
    """[[value, ept, spt, vtlb]] of a sweep."""
    rows = []
    for value, params in suite.sweep(workload, param):
        found = [suite.variant(v, workload, phase, params) for v in BACKEND]
        if any(found):
            rows.append([value] + [pick(m) if m else None for m in found])
    # One point is no line: a variant that the sweep left out is not drawn.
    for column in range(1, len(BACKEND) + 1):
        if sum(row[column] is not None for row in rows) < 2:
            for row in rows:
                row[column] = None
    return rows


def x_ticks(values, bytes_=False):
    """Ticks at powers of two that cover the values, at most six of them."""
    low = int(math.floor(math.log2(min(values))))
    high = int(math.ceil(math.log2(max(values))))
    step = max(1, -(-(high - low) // 6))
    write = power_of_two if bytes_ else lambda p: "%d" % (1 << p)
    return ", ".join('"%s" %d' % (write(p), 1 << p) for p in range(low, high + 1, step))


def y_axis(values):
    """(commands, log?, clipped zeros): linear from 0 unless the span is wide."""
    positive = [v for v in values if v > 0]
    if positive and max(positive) / min(positive) > 20:
        low, high, tics = log_ticks(min(positive), max(positive), "", compact)
        return (
            [
                "set logscale y 10",
                "set yrange [%.4g:%.4g]" % (low * 0.8, high * 1.3),
                'set ytics (%s) font ",11"' % tics,
            ],
            True,
            len(values) - len(positive),
        )
    top = max(positive or [1]) * 1.25
    return (
        ["unset logscale y", "set yrange [0:%.4g]" % top, 'set ytics autofreq font ",11"'],
        False,
        0,
    )


def lines_of(data, columns):
    """What one panel plots: a line for each variant, EPT on top, below it hollow marks."""
    parts = []
    for column in sorted(columns, key=lambda c: ("guest", "native", "spt", "vtlb", "trap", "ept").index(c)):
        look = BACKEND.get(column, NATIVE_LOOK)
        parts.append(
            (
                column,
                '"%s" using (column("x")):(column("%s")) with linespoints pt %d ps %.1f '
                'lw 2 dt %d lc rgb "%s" notitle'
                % (data, column, look["point"], look["size"], look["dash"], look["colour"]),
            )
        )
    return parts


def mark(value, words, colour):
    """Commands: WORDS from VALUE of the x axis on to the right."""
    return [
        'set arrow from %d, graph 0 to %d, graph 0.9 nohead back lw 1.5 dt 2 lc rgb "%s"'
        % (value, value, colour),
        'set label "%s" at graph 0.02, graph 0.96 left noenhanced font ",11" tc rgb "%s"'
        % (words, colour),
    ]


def sweep_picture(name, heading, below, caption, panels, entries, marks=None):
    """Panels two abreast: (title, x label, bytes?, columns, rows, y label).

    MARKS has the (value, words, colour) of a vertical line by a panel's title.
    """
    panels = [p for p in panels if len(p[4]) >= 2]
    if not panels:
        return None
    lines = (len(panels) + 1) // 2
    height = TOP + PANEL * lines
    picture = Picture(name, heading, caption, height)
    picture.add(
        title(heading.rpartition(" (")[0], below, height),
        legend(entries, 1 - 62 / height),
        "set multiplot",
    )
    for index, (words, x_label, bytes_, columns, rows, y_label) in enumerate(panels):
        data = picture.table(["x"] + columns, rows, "-%d" % (index + 1))
        values = [v for row in rows for v in row[1:] if v is not None]
        commands, log, clipped = y_axis(values)
        note = ", log axis" if log else ""
        if clipped:
            note += ", %d zero%s not shown" % (clipped, "" if clipped == 1 else "s")
        picture.add(
            *panel(index, lines, height, TOP, 40, 66),
            "unset key",
            "set border 3",
            "set grid xtics ytics",
            "set logscale x 2",
            "set xrange [%d/1.4:%d*1.4]" % (rows[0][0], rows[-1][0]),
            'set xtics (%s) font ",11"' % x_ticks([r[0] for r in rows], bytes_),
            'set xlabel "%s" font ",11" offset 0,0.4' % x_label,
            *commands,
            'set label %s at graph 0, graph 1 offset -5,1.9 left font ",12"' % bold(words),
            'set label "%s%s" at graph 0, graph 1 offset -5,0.9 left font ",11"' % (y_label, note)
        )
        if words in (marks or {}):
            picture.add(*mark(*marks[words]))
        picture.plot(data, lines_of(data, columns))
        picture.add("unset label", "unset arrow")
    picture.add("unset multiplot")
    return picture


def backend_entries(panels):
    """Key entries for the variants that the panels hold."""
    seen = {
        v: any(row[i + 1] is not None for p in panels for row in p[4])
        for i, v in enumerate(BACKEND)
    }
    return [(b["title"], b["point"], b["colour"]) for v, b in BACKEND.items() if seen[v]]


def measurable(suite, workload, phase, param):
    """Does the cost in any point of a sweep tell the variants apart?"""
    return any(
        sides.measurable(
            [suite.variant(v, workload, phase, params) for v in BACKEND], suite.results.emulated
        )
        for _, params in suite.sweep(workload, param)
    )


def cost_panels(suite, workload, param, x_label, unit, bytes_=False):
    """One panel for each phase of a workload that the sweep covers and this machine can tell of."""

    def words(phase):
        condition = suite.results.declared[(workload, phase)]
        return name_of(workload, phase) + ("" if condition == phase else " (%s)" % condition)

    return [
        (
            words(phase),
            x_label,
            bytes_,
            list(BACKEND),
            series(suite, workload, phase, param, lambda m: m.cost),
            unit + "/op",
        )
        for phase in suite.phases(workload)
        if measurable(suite, workload, phase, param)
    ]


def left_out(suite, workloads, param):
    """The words for phases that have no panel, for the end of a caption."""
    names = [
        name_of(w, p)
        for w in workloads
        for p in suite.phases(w)
        if suite.sweep(w, param) and not measurable(suite, w, p, param)
    ]
    if not names:
        return ""
    return " The cost of %s is %s." % (", ".join(names), conditions.NOT_MEASURABLE)


def density(suite, where, unit):
    """Cost and table memory against the distance between touched pages."""
    if len(suite.sweep("sparse-stride", "stride")) < 2:
        return None
    panels = cost_panels(
        suite, "sparse-stride", "stride", "bytes between touched pages", unit, True
    )
    phase = suite.phases("sparse-stride")[-1]
    rows = series(suite, "sparse-stride", phase, "stride", lambda m: m.table_bytes / 1024)
    for row, (_, params) in zip(rows, suite.sweep("sparse-stride", "stride")):
        found = [suite.variant(v, "sparse-stride", phase, params) for v in BACKEND]
        row.append(next(m.guest_bytes / 1024 for m in found if m))
    panels.append(
        (
            "table memory",
            "bytes between touched pages",
            True,
            list(BACKEND) + ["guest"],
            rows,
            "KiB",
        )
    )
    return sweep_picture(
        "density",
        "Cost against density (%s)" % where,
        "%s · dense on the left, sparse on the right" % where,
        "The same number of pages touched, ever further apart (sparse-stride; strides on a "
        "log2 axis). Cold and warm phases apart; %s per touch, and the memory that the tables "
        "hold at the end.%s" % (unit, left_out(suite, ["sparse-stride"], "stride")),
        panels,
        backend_entries(panels) + [("guest's own tables", 13, GUEST)],
    )


def footprint(suite, where, unit):
    """Cost against the number of pages, for every workload that sweeps it."""
    panels = []
    swept = [w for w in suite.base if len(suite.sweep(w, "pages")) >= 2]
    for workload in swept:
        panels += cost_panels(suite, workload, "pages", "pages touched", unit)
    return sweep_picture(
        "footprint",
        "Cost against footprint (%s)" % where,
        "%s · pages on a log2 axis" % where,
        "%s per operation as the number of 4K pages grows. Cold and warm phases apart.%s"
        % (unit.capitalize(), left_out(suite, swept, "pages")),
        panels,
        backend_entries(panels),
    )


def spaces(suite, where, unit):
    """Cost of a switch against the number of address spaces."""
    panels = cost_panels(suite, "switch", "spaces", "address spaces", unit)
    for phase in suite.phases("switch")[-1:]:
        panels.append(
            (
                "%s (exits)" % name_of("switch", phase),
                "address spaces",
                False,
                list(BACKEND),
                series(suite, "switch", phase, "spaces", lambda m: m.exits),
                "exits/op",
            )
        )
    return sweep_picture(
        "spaces",
        "Cost of a switch against the number of address spaces (%s)" % where,
        "%s · one switch: load another CR3, touch its pages" % where,
        "%s and exits for each switch among N address spaces. The first round is cold, the "
        "switches after it find what the backend kept.%s"
        % (unit.capitalize(), left_out(suite, ["switch"], "spaces")),
        panels,
        backend_entries(panels),
    )
