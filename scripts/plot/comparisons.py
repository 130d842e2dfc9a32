# SPDX-License-Identifier: GPL-2.0
"""The pictures that put the backends side by side: who wins, costs, memory.

Called by the report with a suite.Suite; each function returns a Picture, or
None where the run has no rows for it.
"""
import conditions
import measure
import sides
from gnuplot import BACKEND, EPT, GUEST, SPT, Picture
from results import name_of
from rows import Layout, factor, log_ticks, title, unmeasured
from sides import FILLED, UNMEASURED
from whole_workload import wholes

NOT_COLD = "Not cold for both: set-up had filled one"


def groups(suite, keep=lambda workload, phase: True, wanted=conditions.CONDITIONS):
    """The base phases by condition, as Layout wants them."""
    found = []
    for c in wanted:
        pairs = [(w, p) for w, p in suite.pairs(c) if keep(w, p)]
        filled = [pair for pair in pairs if is_filled(suite, *pair)]
        for heading, members in (
            (conditions.SHORT_TITLE[c], [pair for pair in pairs if pair not in filled]),
            (NOT_COLD, filled),
        ):
            found.append((heading, [(pair, name_of(*pair)) for pair in members]))
    return found


def is_filled(suite, workload, phase):
    """Had one of the two been filled before a phase that is declared cold?"""
    side = suite.side(workload, phase)
    return bool(side and side.winner == FILLED)


def both(suite):
    """Was the phase run under EPT and under shadow paging?"""
    return lambda w, p: suite.side(w, p) is not None


def winner(suite, where, unit):
    """The headline: whole workloads, and the phases that are cold."""
    members = [("Whole workloads with set-up", [(w, w.name) for w in wholes(suite)])]
    members += sides_of(suite, (conditions.COLD,))
    return bars(
        ("winner", "Who wins, and by how much"),
        "Cost of a whole workload, and of a first touch, under shadow paging divided by its cost "
        "under EPT, in %s" % unit,
        members,
        where,
        unit,
    )


def winner_phases(suite, where, unit):
    """The phases that are not cold, each by itself."""
    members = sides_of(suite, (conditions.CHANGE, conditions.EXIT, conditions.WARM))
    return bars(
        ("winner-phases", "Who wins, phase by phase"),
        "Cost of one operation under shadow paging divided by its cost under EPT, in %s, where "
        "tables are there already" % unit,
        members,
        where,
        unit,
    )


def sides_of(suite, wanted):
    """groups() with the Sides as keys."""
    return [
        (heading, [(suite.side(*pair), label) for pair, label in members])
        for heading, members in groups(suite, both(suite), wanted)
    ]


def bar_text(side):
    """The words beside a bar, None where there is no winner."""
    if not side.measured:
        return None
    if side.winner == "tie":
        return "equal"
    return "%s %s× cheaper" % ("EPT" if side.winner == "ept" else "shadow", factor(side.factor))


def no_bar_text(side):
    """The words in place of a bar, None where there is one."""
    if side.winner == UNMEASURED:
        return conditions.NOT_MEASURABLE
    return side.reason() if side.winner == FILLED else None


def bars(names, what, members, where, unit):
    """Diverging bars: how many times cheaper one backend is; grey words where nothing tells."""
    name, heading = names
    layout = Layout(members)
    if not layout.rows:
        return None
    rows, ratios = [], [0.5, 2.0]
    for y, label, side in layout.rows:
        ratio = side.spt.cost / side.ept.cost if side.measured else None
        ratios += [ratio] if ratio else []
        rows.append(
            [label, y, ratio]
            + [ratio if side.winner == w else None for w in ("ept", "spt")]
            + [1 if side.winner == "tie" else None, bar_text(side), no_bar_text(side)]
        )
    grey = any(row[-1] for row in rows)
    picture = Picture(
        name,
        "%s (%s)" % (heading, where),
        "%s; costs closer than %d %% count as equal.%s Default knobs; shadow strategy unsync."
        % (
            what,
            measure.TIE * 100,
            " Grey: no comparison, for the reason that stands there." if grey else "",
        ),
        layout.height,
    )
    data = picture.table(
        ["phase", "y", "shadow/EPT", "EPT wins", "shadow wins", "equal", "text", "none"], rows
    )
    # A third of the width is room for the words at the end of the longest bar.
    low = min(min(ratios) / 1.2, 0.4)
    high = max(ratios) * (max(ratios) / low) ** 0.5
    tics = log_ticks(low, high, "×")[2]
    picture.add(
        title(heading, "%s · cost in %s" % (where, unit), layout.height),
        *layout.commands(),
        "set rmargin at screen 0.95",
        "set logscale x 10",
        "set xrange [%.4g:%.4g]" % (low, high),
        "set xtics (%s)" % tics,
        'set label "shadow paging cheaper ←  cost of shadow ÷ cost of EPT  → EPT cheaper" '
        'at screen 0.985, screen %.4f right font ",12"' % (18 / layout.height),
        'set arrow from 1, graph 0 to 1, graph 1 nohead front lc rgb "#808080" lw 1.2',
        layout.legend([("EPT wins", 5, EPT), ("shadow paging wins", 5, SPT)])
    )
    bar = (
        '"%s" using (column("%s")):(column("y")):(column("%s") < 1 ? column("%s") : 1):'
        '(column("%s") > 1 ? column("%s") : 1):(column("y")-0.33):(column("y")+0.33)'
    )
    picture.plot(
        data,
        [
            (
                column,
                bar % ((data,) + (column,) * 5)
                + ' with boxxyerror fill %s fc rgb "%s" title "%s"' % (fill, colour, words),
            )
            for column, colour, fill, words in (
                ("EPT wins", EPT, "solid 1.0", "EPT wins"),
                ("shadow wins", SPT, "solid 1.0", "shadow paging wins"),
            )
        ]
        + [
            (
                "equal",
                '"%s" using (column("equal")):(column("y")) with points pt 6 ps 0.7 '
                'lc rgb "#606060" notitle' % data,
            ),
            (
                "text",
                '"%s" using (column("shadow/EPT") > 1 ? column("shadow/EPT") : 1):(column("y")):'
                '(stringcolumn("text")) with labels left offset 0.7,0 font ",12" notitle' % data,
            ),
            unmeasured(data, "none", 1),
        ],
    )
    return picture


def cost(suite, where, unit):
    """Dots on a log axis: the cost of one operation, every variant."""
    layout = Layout(groups(suite), 29)
    if not layout.rows:
        return None
    rows, seen = [], []
    for y, label, (workload, phase) in layout.rows:
        found = [suite.variant(v, workload, phase) for v in BACKEND]
        if not sides.measurable(found, suite.results.emulated):
            rows.append([label, y] + [None] * (2 + len(BACKEND)) + [conditions.NOT_MEASURABLE])
            continue
        costs = [m.cost if m else None for m in found]
        known = [c for c in costs if c is not None]
        seen += known
        rows.append([label, y, min(known), max(known)] + costs + [None])
    clipped = sum(1 for c in seen if c <= 0)
    seen = [c for c in seen if c > 0] or [1]
    grey = any(row[-1] for row in rows)
    picture = Picture(
        "cost",
        "Cost of one operation (%s)" % where,
        "Median %s for one operation, on a logarithmic axis. Default knobs but for the shadow "
        "strategy%s.%s"
        % (unit, zeros(clipped), " Grey: only TLB misses could differ." if grey else ""),
        layout.height,
    )
    data = picture.table(["phase", "y", "lowest", "highest"] + list(BACKEND) + ["none"], rows)
    low, high, tics = log_ticks(min(seen), max(seen))
    picture.add(
        title(
            "Cost of one operation",
            "%s · %s, log axis%s" % (where, unit, zeros(clipped)),
            layout.height,
        ),
        *layout.commands(),
        "set rmargin at screen 0.95",
        "set logscale x 10",
        "set xrange [%.4g:%.4g]" % (low * 0.8, high * 1.25),
        "set xtics (%s)" % tics,
        'set xlabel "%s per operation (median)"' % unit,
        layout.legend([(b["title"], b["point"], b["colour"]) for b in BACKEND.values()])
    )
    dots = [
        (
            "y",
            '"%s" using (column("lowest")):(column("y")):(column("highest")-column("lowest")):'
            '(0) with vectors nohead lc rgb "#b0b0b0" lw 1.5 notitle' % data,
        )
    ]
    size = {"ept": 0.95, "spt": 0.9, "vtlb": 1.15, "trap": 1.15}
    lane = {"ept": 0.27, "spt": 0.09, "vtlb": -0.09, "trap": -0.27}  # equal costs stay visible
    for key in reversed(BACKEND):
        look = BACKEND[key]
        dots.append(
            (
                key,
                '"%s" using (column("%s")):(column("y")+%.1f) with points pt %d ps %.2f lw 1.6 '
                'lc rgb "%s" notitle'
                % (data, key, lane[key], look["point"], size[key], look["colour"]),
            )
        )
    picture.plot(data, dots + [unmeasured(data, "none", low)])
    return picture


def zeros(count):
    """The words for values that a log axis cannot show."""
    if not count:
        return ""
    return "; %d value%s of zero cannot be shown on it" % (count, "" if count == 1 else "s")


def memory(suite, where, _unit):
    """Bars from the guest's own tables to the backend's: what they hold in memory."""
    last = dict(suite.pairs())
    members = [((w, p), w) for w, p in last.items() if both(suite)(w, p)]
    layout = Layout([("At the end of the last phase", members)], 30)
    if not members:
        return None
    rows, seen = [], []
    for y, label, (workload, phase) in layout.rows:
        found = [suite.variant(v, workload, phase) for v in BACKEND]
        kib = [found[0].guest_bytes / 1024] + [m.table_bytes / 1024 if m else None for m in found]
        seen += [k for k in kib if k is not None]
        rows.append([label, y] + [k if k else None for k in kib])
    clipped = sum(1 for k in seen if k <= 0)
    seen = [k for k in seen if k > 0] or [1]
    picture = Picture(
        "memory",
        "Memory held by page tables (%s)" % where,
        "KiB of EPT or shadow tables with their bookkeeping, beside the guest's own page "
        "tables%s. Base parameters, default knobs but for the shadow strategy." % zeros(clipped),
        layout.height,
    )
    names = ["guest's own"] + list(BACKEND)
    data = picture.table(["workload", "y"] + names, rows)
    low, high = min(seen), max(seen)
    powers, value = [], 1
    while value < high * 2:
        if value >= low / 2:
            powers.append(value)
        value *= 2 if high / low < 200 else 4
    tics = ", ".join(
        '"%s" %d' % ("%dK" % v if v < 1024 else "%dM" % (v // 1024), v) for v in powers
    )
    picture.add(
        title(
            "Memory held by page tables", "%s · log axis%s" % (where, zeros(clipped)), layout.height
        ),
        *layout.commands(),
        "set rmargin at screen 0.97",
        "set logscale x 2",
        "set xrange [%.4g:%.4g]" % (low / 1.5, high * 1.8),
        "set xtics (%s)" % tics,
        'set xlabel "bytes of page tables"',
        layout.legend(
            [("guest's own", 13, GUEST)]
            + [(b["title"], b["point"], b["colour"]) for b in BACKEND.values()]
        )
    )
    looks = [(names[0], GUEST, 13, 1.15, 0.32)]
    for (key, look), lane in zip(BACKEND.items(), (0.16, 0.0, -0.16, -0.32)):
        looks.append((key, look["colour"], look["point"], 0.95, lane))
    picture.plot(
        data,
        [
            (
                to,
                '"%s" using (column("%s")):(column("y")):(column("%s")-column("%s")):(0) with vectors '
                'nohead lc rgb "#b0b0b0" lw 1.5 notitle' % (data, names[0], to, names[0]),
            )
            for to in names[1:]
            if any(row[2] for row in rows) and any(row[names.index(to) + 2] for row in rows)
        ]
        + [
            (
                name,
                '"%s" using (column("%s")):(column("y")+%.2f) with points pt %d ps %.2f lw 1.6 '
                'lc rgb "%s" notitle' % (data, name, lane, point, size, colour),
            )
            for name, colour, point, size, lane in looks
        ],
    )
    return picture
