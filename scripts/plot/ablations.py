# SPDX-License-Identifier: GPL-2.0
"""The pictures of ablations: one knob changed, everything else as it was.

Called by the report with a measure.Suite; one Picture for each setting of
knobs that the run holds besides the defaults.
"""
import re

import measure
from counts import step_of
from gnuplot import EPT, SPT, Picture
from rows import Layout, compact, log_ticks, name_of, title

LABELS = 0.37
COLOUR = {"ept": EPT, "spt": SPT}
PANELS = ("cost", "exits", "executed")


def settings(suite):
    """{words of the setting: (changed knobs, [mmu])}."""
    found = {}
    for mmu, changed in suite.ablations():
        words = " ".join("%s=%s" % item for item in sorted(changed.items()))
        found.setdefault(words, (changed, []))[1].append(mmu)
    return found


def differs(one, other):
    """Does the setting change anything that the picture shows?"""
    return (
        abs(other.cost / one.cost - 1) >= measure.TIE
        or one.exits != other.exits
        or one.executed != other.executed
    )


def effect(suite, changed, mmus):
    """([(mmu, workload, phase, default, changed)], number of phases without effect)."""
    found, same = [], 0
    for mmu in mmus:
        for workload, phase in suite.pairs():
            one = suite.find(mmu, workload, phase)
            other = suite.find(mmu, workload, phase, None, changed)
            if not one or not other:
                continue
            if differs(one, other):
                found.append((mmu, workload, phase, one, other))
            else:
                same += 1
    return found, same


def ablations(suite, where, unit):
    """A picture for each setting that changes something."""
    pictures = []
    for words, (changed, mmus) in settings(suite).items():
        found, same = effect(suite, changed, mmus)
        if found:
            pictures.append(picture_of(words, found, same, where, unit))
    return pictures


def picture_of(words, found, same, where, unit):
    """Three panels of pairs: hollow the default, filled the changed setting."""
    heads = {"ept": "EPT", "spt": "Shadow paging"}
    layout = Layout(
        [
            (
                heads[mmu],
                [
                    ((m, w, p, one, other), name_of(w, p))
                    for m, w, p, one, other in found
                    if m == mmu
                ],
            )
            for mmu in ("ept", "spt")
        ],
        24,
        top=124,
    )
    rest = (
        (
            "; %d phase%s that it leaves as they were are not shown"
            % (same, "" if same == 1 else "s")
        )
        if same
        else ""
    )
    name = "ablation-" + re.sub(r"[^a-z0-9]+", "-", words)
    picture = Picture(
        name,
        "What %s changes (%s)" % (words, where),
        "Hollow: the default knobs. Filled: %s. %s per operation on a log axis, exits and "
        "flushes executed by the hypervisor per operation on linear ones%s."
        % (words, unit.capitalize(), rest),
        layout.height,
    )
    rows = []
    for y, label, (mmu, _, _, one, other) in layout.rows:
        row = [label, mmu, y]
        for field in PANELS:
            before, after = getattr(one, field), getattr(other, field)
            row += [before, after - before]
            row += [after if mmu == m else None for m in ("ept", "spt")]
        rows.append(row)
    header = ["phase", "mmu", "y"]
    for field in PANELS:
        header += ["%s default" % field, "%s change" % field, "%s ept" % field, "%s spt" % field]
    data = picture.table(header, rows)
    words_of = {"ept": ("EPT, " + words, 7, EPT), "spt": ("shadow, " + words, 7, SPT)}
    entries = [("default knobs", 6, "#505050")] + [
        e for mmu, e in words_of.items() if any(f[0] == mmu for f in found)
    ]
    picture.add(
        title("What %s changes" % words, where, layout.height),
        layout.legend(entries),
        "set multiplot",
    )
    width = (0.985 - LABELS) / 3
    for index, field in enumerate(PANELS):
        left = LABELS + index * width
        values = [
            v for _, _, _, one, other in found for v in (getattr(one, field), getattr(other, field))
        ]
        picture.add(
            *(["unset label"] if index else []),
            *layout.commands(left, headings=not index),
            *(["unset ytics"] if index else []),
            "set rmargin at screen %.3f" % (left + width - 0.02),
            *axis(field, values),
            'set label "%s" at screen %.3f, graph 1 offset 0,1.4 left font ",12"'
            % (
                {"cost": unit, "exits": "exits", "executed": "flushes"}[field] + "\\nper operation",
                left,
            )
        )
        picture.plot(data, parts_of(data, field))
    picture.add("unset multiplot")
    return picture


def axis(field, values):
    """The x axis of a panel: log for the cost, linear from 0 for counts."""
    if field == "cost":
        low, high, _ = log_ticks(min(values), max(values))
        powers, power = [], low
        while power <= high * 1.01:
            powers.append(power)
            power *= 10
        every = 1 if len(powers) <= 3 else 2
        tics = ", ".join('"%s" %g' % (compact(p), p) for p in powers[::every])
        return [
            "set logscale x 10",
            "set xrange [%.4g:%.4g]" % (low * 0.7, high * 1.4),
            'set xtics (%s) font ",11"' % tics,
        ]
    top = max(max(values) * 1.15, 0.1)
    return [
        "unset logscale x",
        "set xrange [%.4g:%.4g]" % (-top * 0.05, top),
        'set xtics 0,%g font ",11"' % step_of(top),
    ]


def parts_of(data, field):
    """What one panel plots."""
    parts = [
        (
            "y",
            '"%s" using (column("%s default")):(column("y")):(column("%s change")):(0) '
            'with vectors nohead lw 1.5 lc rgb "#b0b0b0" notitle' % (data, field, field),
        )
    ]
    for mmu in ("ept", "spt"):
        parts.append(
            (
                "%s %s" % (field, mmu),
                '"%s" using (column("%s %s")):(column("y")) with points pt 7 ps 0.85 '
                'lc rgb "%s" notitle' % (data, field, mmu, COLOUR[mmu]),
            )
        )
    parts.append(
        (
            "y",
            '"%s" using (column("%s default")):(column("y")) with points pt 6 ps 0.95 '
            'lw 1.4 lc rgb "#505050" notitle' % (data, field),
        )
    )
    return parts
