# SPDX-License-Identifier: GPL-2.0
"""The pictures of counts: exits by reason, the three classes of TLB flushes,
and the histogram of what an exit costs.

Called by the report with a suite.Suite; each function returns a Picture, or
None where the run has no rows for it.
"""
import measure
from comparisons import both, groups
from gnuplot import EPT, SPT, Picture, quote
from rows import LABELS, Layout, legend, short, title

# The reasons keep their colour in every run; none of them is a backend's.
REASONS = [
    ("EPT_VIOLATION", "#2f9e8f"),
    ("EXCEPTION_NMI", "#8c2d5a"),
    ("CR_ACCESS", "#d8c25a"),
    ("INVLPG", "#6a4fa3"),
    ("INVPCID", "#b79be0"),
    ("VMCALL", "#b8b8b8"),
    ("IO_INSTRUCTION", "#707070"),
]
OTHER = ("other", "#303030")
WORDS = {"EXCEPTION_NMI": "page fault (EXCEPTION_NMI)"}
SHORT = {"EXCEPTION_NMI": "page fault"}


def exits(suite, where, _unit):
    """Stacked bars: exits of one operation by reason, EPT above shadow paging."""
    layout = Layout(groups(suite, both(suite)), 34, top=104)
    if not layout.rows:
        return None
    known = [name for name, _ in REASONS]
    used, rows, most = {}, [], 0.0
    for y, label, (workload, phase) in layout.rows:
        for variant, shift in (("ept", 0.2), ("spt", -0.2)):
            m = suite.variant(variant, workload, phase)
            stack = dict.fromkeys(known + ["other"], 0.0)
            for reason, count in m.exits_by.items():
                stack[reason if reason in stack else "other"] += count
            ends, sofar = [], 0.0
            for reason in known + ["other"]:
                used[reason] = used.get(reason, False) or stack[reason] > 0
                ends += [sofar, sofar + stack[reason]]
                sofar += stack[reason]
            most = max(most, sofar)
            rows.append(
                [label, variant, y + shift]
                + ends
                + [m.exits, "%s %s" % ("EPT" if variant == "ept" else "shadow", short(m.exits))]
            )
    colours = [(r, c) for r, c in REASONS + [OTHER] if used[r]]
    picture = Picture(
        "exits",
        "VM exits of one operation, by reason (%s)" % where,
        "Each pair of bars: EPT above, shadow paging (unsync) below. The host's own interrupts "
        "are left out. Default knobs; median over the repetitions.",
        layout.height,
    )
    header = ["phase", "mmu", "y"]
    for reason in known + ["other"]:
        header += [reason + " from", reason + " to"]
    data = picture.table(header + ["exits", "text"], rows)
    entries = [(WORDS.get(r, r), 5, c) for r, c in colours]
    picture.add(
        title(
            "VM exits of one operation, by reason",
            "%s · upper bar EPT, lower bar shadow paging (unsync)" % where,
            layout.height,
        ),
        legend(entries[:3], 1 - 62 / layout.height),
        legend(entries[3:], 1 - 82 / layout.height),
        *layout.commands(),
        "set rmargin at screen 0.97",
        "set xrange [0:%.4g]" % (max(most, 0.1) * 1.3),
        'set xlabel "VM exits per operation"',
        "set style fill solid 1.0 noborder"
    )
    parts = [
        (
            "y",
            '"%s" using (column("%s from")):(column("y")):(column("%s from")):'
            '(column("%s to")):(column("y")-0.17):(column("y")+0.17) with boxxyerror '
            'fc rgb "%s" notitle' % (data, r, r, r, colour),
        )
        for r, colour in colours
    ]
    parts.append(
        (
            "y",
            '"%s" using (column("exits")):(column("y")):(stringcolumn("text")) with labels '
            'left offset 0.5,0 font ",10" notitle' % data,
        )
    )
    picture.plot(data, parts)
    return picture


def flushes(suite, where, _unit):
    """Three panels, one for each class of flush."""

    def any_flush(workload, phase):
        found = [suite.variant(v, workload, phase) for v in ("ept", "spt")]
        return all(found) and any(m.executed or m.trapped or m.untrapped for m in found)

    layout = Layout(groups(suite, any_flush), 34, top=122)
    if not layout.rows:
        return None
    rows = []
    for y, label, (workload, phase) in layout.rows:
        for variant, shift in (("ept", 0.2), ("spt", -0.2)):
            m = suite.variant(variant, workload, phase)
            values = [m.executed, m.trapped, m.untrapped]
            rows.append(
                [label, y + shift]
                + [v if variant == "ept" else None for v in values]
                + [v if variant == "spt" else None for v in values]
                + values
                + [short(v) for v in values]
            )
    picture = Picture(
        "flushes",
        "TLB flushes of one operation, in three classes (%s)" % where,
        "Flushes that the hypervisor executed; that the guest asked for and the hypervisor "
        "trapped; that the guest executed unseen. Phases without any flush are left out. "
        "Default knobs; strategy unsync.",
        layout.height,
    )
    names = ["executed", "trapped", "untrapped"]
    data = picture.table(
        ["phase", "y"]
        + ["EPT " + n for n in names]
        + ["shadow " + n for n in names]
        + names
        + [n + " text" for n in names],
        rows,
    )
    most = max(max(r[8:11]) for r in rows)
    picture.add(
        title("TLB flushes of one operation, in three classes", where, layout.height),
        layout.legend([("EPT", 5, EPT), ("shadow paging (unsync)", 5, SPT)]),
        "set multiplot",
    )
    width = (0.985 - LABELS) / 3
    heads = [
        "executed by\\nthe hypervisor",
        "asked by guest,\\ntrapped",
        "asked by guest,\\nnot trapped",
    ]
    for index, name in enumerate(names):
        left = LABELS + index * width
        if index:
            picture.add("unset label")
        picture.add(
            *layout.commands(left, headings=not index),
            "unset ytics" if index else "",
            "set rmargin at screen %.3f" % (left + width - 0.012),
            "set xrange [0:%.4g]" % (most * 1.3),
            'set xtics autofreq font ",11"',
            "set xtics %g" % step_of(most * 1.3),
            'set xlabel "per operation" font ",11"',
            'set label "%s" at screen %.3f, graph 1 offset 0,1.5 left font ",12"'
            % (heads[index], left)
        )
        picture.plot(
            data,
            [
                (
                    "%s %s" % (words, name),
                    '"%s" using (0):(column("y")):(0):(column("%s %s")):(column("y")-0.17):'
                    '(column("y")+0.17) with boxxyerror fc rgb "%s" fs solid 1.0 noborder notitle'
                    % (data, words, name, colour),
                )
                for words, colour in (("EPT", EPT), ("shadow", SPT))
            ]
            + [
                (
                    "y",
                    '"%s" using (column("%s")):(column("y")):(stringcolumn("%s text")) with labels '
                    'left offset 0.3,0 font ",10" notitle' % (data, name, name),
                )
            ],
        )
    picture.add("unset multiplot")
    return picture


def step_of(span):
    """A step for three or four ticks on [0, SPAN]."""
    step = 1e-6
    while True:
        for nice in (1, 2, 5):
            if span / (step * nice) <= 4:
                return step * nice
        step *= 10


def histogram(suite, where, unit):
    """Panels by exit reason: how many exits took how long outside the guest."""
    counts = {}  # reason -> mmu -> bucket -> exits
    for condition in suite.conditions:
        if condition.params != suite.base[condition.workload] or suite.changed(condition):
            continue
        for sample in suite.results.of(condition):
            for name, n in measure.by_name(sample, "outside_histogram").items():
                reason, _, bucket = name.rpartition(".")
                if reason not in measure.HOST:
                    per = counts.setdefault(reason, {}).setdefault(condition.mmu, {})
                    per[int(bucket)] = per.get(int(bucket), 0) + n
    totals = {r: sum(sum(b.values()) for b in per.values()) for r, per in counts.items()}
    shown = sorted(totals, key=lambda r: (-totals[r], r))[:6]
    if not shown:
        return None
    buckets = [b for r in shown for per in counts[r].values() for b in per]
    first, last = min(buckets) - 1, max(buckets) + 1
    lines = (len(shown) + 1) // 2
    height = 84 + 205 * lines
    picture = Picture(
        "histogram",
        "%s outside the guest, exit by exit (%s)" % (unit.capitalize(), where),
        "For each exit reason the share of its exits that took so many %s from exit to entry; "
        "a bar reaches from one power of two to the next. Beside a "
        "reason's name: its exits. All base phases and repetitions "
        "together, default knobs." % unit,
        height,
    )
    picture.add(
        title(
            "%s outside the guest, exit by exit" % unit.capitalize(),
            "%s · share of a reason's exits; %s from exit to entry from left to right"
            % (where, unit),
            height,
        ),
        legend([("EPT", 5, EPT), ("shadow paging (unsync)", 5, SPT)], 1 - 62 / height),
        "set multiplot",
    )
    for index, reason in enumerate(shown):
        rows = []
        for bucket in range(first, last + 1):
            row = [bucket]
            for mmu in ("ept", "spt"):
                per = counts[reason].get(mmu, {})
                total = sum(per.values())
                row.append(100.0 * per.get(bucket, 0) / total if per.get(bucket) else None)
            rows.append(row)
        data = picture.table(["bucket", "EPT", "shadow"], rows, "-" + reason.lower())
        picture.add(*panel(index, lines, height), *(["unset label"] if index else []))
        histogram_panel(picture, data, reason, counts[reason], first, last)
    picture.add("unset multiplot")
    return picture


def panel(index, lines, height, top=84, head=24, foot=46):
    """Margins of one panel of two columns under a title."""
    line, column = divmod(index, 2)
    high = (height - top) / lines
    upper = height - top - line * high - head
    lower = height - top - (line + 1) * high + foot
    return [
        "set lmargin at screen %.3f" % (0.085 + column * 0.495),
        "set rmargin at screen %.3f" % (0.485 + column * 0.495),
        "set tmargin at screen %.4f" % (upper / height),
        "set bmargin at screen %.4f" % (lower / height),
    ]


def histogram_panel(picture, data, reason, per, first, last):
    """Add one reason's panel."""
    sums = [
        (words, sum(per.get(m, {}).values())) for m, words in (("ept", "EPT"), ("spt", "shadow"))
    ]
    below = ", ".join("%s %s" % (words, "{:,}".format(n)) for words, n in sums if n)
    step = max(1, (last - first + 1) // 6)
    tics = ", ".join('"%s" %d' % (power_of_two(b), b) for b in range(first, last + 2, step))
    bars = []
    for column, colour, left, right in (("EPT", EPT, 0.06, 0.5), ("shadow", SPT, 0.5, 0.94)):
        bars.append(
            (
                column,
                '"%s" using (column("bucket")):(0):(column("bucket")+%.2f):'
                '(column("bucket")+%.2f):(0):(column("%s")) with boxxyerror fc rgb "%s" '
                "fs solid 1.0 noborder notitle" % (data, left, right, column, colour),
            )
        )
    picture.add(
        "unset key",
        "set border 1",
        "set grid ytics noxtics",
        "set xrange [%d:%d]" % (first, last + 1),
        "set yrange [0:100]",
        'set xtics (%s) font ",11"' % tics,
        'set ytics 50 format "%g%%" font ",11"',
        'set label %s at graph 0, graph 1 offset 0,1.0 left noenhanced font ",12"'
        % quote("%s: %s" % (SHORT.get(reason, reason), below)),
    )
    picture.plot(data, bars)


def power_of_two(power):
    """2^12 as 4K."""
    for base, letter in ((30, "G"), (20, "M"), (10, "K")):
        if power >= base:
            return "%d%s" % (1 << (power - base), letter)
    return "%d" % (1 << power)
