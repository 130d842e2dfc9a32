# SPDX-License-Identifier: GPL-2.0
"""The pictures of ablations: one setting changed, everything else as it was.

Called by the report with what groups.py found; one Picture for each group that
changes something. Every setting of a row has a mark of its own, the reference
a hollow circle; the colour is the backend's, as everywhere.
"""
import sides
from conditions import NOT_MEASURABLE
from counts import step_of
from gnuplot import EPT, SPT, WIDTH, Picture
from groups import difference
from results import name_of
from rows import Layout, compact, legend, log_ticks, title

LABELS = 0.37  # where the plot begins, as a share of the width; more for long words
LETTER = 7.9  # pixels
COLOUR = {"ept": EPT, "spt": SPT}
HEADS = {
    "exits": "exits\\nper operation",
    "executed": "flushes\\nper operation",
    "table_bytes": "KiB of tables\\nat the end",
}
SHOWN = {
    "exits": "exits per operation",
    "executed": "flushes executed by the hypervisor per operation",
    "table_bytes": "KiB of tables at the end of the phase",
}
# Marks of the settings in the order of their first appearance; each tells
# itself from all others without its colour.
MARKS = (6, 7, 9, 13, 5, 10, 4)
REFERENCE = "#505050"


def words_of(blocks):
    """The words of all settings of a picture, in the order of their marks."""
    return list(dict.fromkeys(s.words for f in blocks for s in f.block.settings))


def picture_of(suite, group, blocks, where, unit):
    """Three panels of marks, or None where the group changes nothing."""
    blocks = [f for f in blocks if f.rows]
    if not blocks:
        return None
    marks = words_of(blocks)
    per_line = 4 if max(map(len, marks)) < 16 else 3
    lines = -(-len(marks) // per_line)
    layout = Layout(
        [
            (f.block.heading, [((f.block, row), label(suite, row)) for row in f.rows])
            for f in blocks
        ],
        22 + 3 * len(marks),
        top=104 + 20 * lines,
    )
    picture = Picture(
        "ablation-" + group.name,
        "%s (%s)" % (group.title, where),
        "%s per operation on a log axis; %s and %s on linear ones%s."
        % (
            unit.capitalize(),
            SHOWN[group.fields[1]],
            SHOWN[group.fields[2]],
            left_out(sum(f.same for f in blocks), sum(f.unmeasured for f in blocks)),
        ),
        layout.height,
    )
    data = picture.table(*table(suite, layout, marks, group.fields))
    picture.add(title(group.title, where, layout.height))
    for line in range(lines):
        entries = [
            (words, MARKS[i % len(MARKS)], REFERENCE)
            for i, words in enumerate(marks)
            if i // per_line == line
        ]
        picture.add(legend(entries, 1 - (62 + 20 * line) / layout.height))
    picture.add("set multiplot")
    labels = max(LABELS, max(len(row[1]) for row in layout.rows) * LETTER / WIDTH)
    width = (0.985 - labels) / 3
    for index, field in enumerate(group.fields):
        left = labels + index * width
        picture.add(
            *(["unset label"] if index else []),
            *layout.commands(left, headings=not index),
            *(["unset ytics"] if index else []),
            "set rmargin at screen %.3f" % (left + width - 0.03),
            *axis(field, values_of(suite, blocks, field)),
            'set label "%s" at screen %.3f, graph 1 offset 0,1.4 left font ",12"'
            % (HEADS.get(field, unit + "\\nper operation"), left)
        )
        picture.plot(data, parts_of(data, field, marks))
    picture.add("unset multiplot")
    return picture


def label(suite, row):
    """A row's words: its phase, and what of its parameters is not the base."""
    other = difference(suite, row)
    return name_of(row.workload, row.phase) + (" (%s)" % other if other else "")


def left_out(same, unmeasured):
    """The words for rows that are not shown."""
    text = ""
    for count, what in (
        (same, "that none of the settings changes %s not shown"),
        (unmeasured, "in which only TLB misses could differ %%s %s" % NOT_MEASURABLE),
    ):
        if count:
            text += "; %d phase%s %s" % (
                count,
                "" if count == 1 else "s",
                what % ("is" if count == 1 else "are"),
            )
    return text


def shown(suite, row, field):
    """The Measures of a row that a panel shows: none of a cost that tells nothing."""
    if field == "cost" and not sides.measurable(row.measures, suite.results.emulated):
        return [None] * len(row.measures)
    return row.measures


def values_of(suite, blocks, field):
    """All values of a panel."""
    return [
        value(m, field) for f in blocks for row in f.rows for m in shown(suite, row, field) if m
    ]


def value(m, field):
    """What a panel shows of a Measure."""
    return m.table_bytes / 1024 if field == "table_bytes" else getattr(m, field)


def table(suite, layout, marks, fields):
    """(header, rows): for each panel the span of a row, then a column for each mark and backend."""
    header = ["phase", "y"]
    for field in fields:
        header += ["%s low" % field, "%s span" % field]
        header += ["%s %s %s" % (field, mmu, w) for w in marks for mmu in ("ept", "spt")]
    rows = []
    for y, name, (block, row) in layout.rows:
        cells = [name, y]
        for field in fields:
            measures = shown(suite, row, field)
            known = [value(m, field) for m in measures if m]
            cells += [min(known), max(known) - min(known)] if known else [None, None]
            by_words = {
                (s.words, s.mmu): m for s, m in zip(block.settings, measures) if m is not None
            }
            for words in marks:
                for mmu in ("ept", "spt"):
                    m = by_words.get((words, mmu))
                    cells.append(value(m, field) if m else None)
        rows.append(cells)
    return header, rows


def axis(field, values):
    """The x axis of a panel: log for the cost, linear from 0 for counts."""
    positive = [v for v in values if v > 0]
    if field == "cost" and positive:
        low, high, _ = log_ticks(min(positive), max(positive))
        powers, power = [], low
        while power <= high * 1.01:
            powers.append(power)
            power *= 10
        every = 1 if len(powers) <= 3 else 2
        tics = ", ".join('"%s" %g' % (compact(p), p) for p in powers[::every])
        return [
            "set logscale x 10",
            "set xrange [%.4g:%.4g]" % (low * 0.7, high * 2.5),
            'set xtics (%s) font ",11"' % tics,
        ]
    top = max(max(values, default=0) * 1.15, 0.1)
    return [
        "unset logscale x",
        "set xrange [%.4g:%.4g]" % (-top * 0.05, top),
        'set xtics 0,%g font ",11"' % (step_of(top) if top < 1000 else step_of(top * 1.6)),
    ]


def parts_of(data, field, marks):
    """What one panel plots: the span of a row, then its marks in lanes of their own."""
    parts = [
        (
            "y",
            '"%s" using (column("%s low")):(column("y")):(column("%s span")):(0) '
            'with vectors nohead lw 1.5 lc rgb "#b0b0b0" notitle' % (data, field, field),
        )
    ]
    for i, words in reversed(list(enumerate(marks))):
        # Equal values stay visible.
        lane = 0.27 - 0.54 * i / max(1, len(marks) - 1)
        for mmu in ("ept", "spt"):
            name = "%s %s %s" % (field, mmu, words)
            parts.append(
                (
                    name,
                    '"%s" using (column("%s")):(column("y")+%.2f) with points pt %d '
                    'ps 0.85 lw 1.4 lc rgb "%s" notitle'
                    % (data, name, lane, MARKS[i % len(MARKS)], COLOUR[mmu]),
                )
            )
    return parts
