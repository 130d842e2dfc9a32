# SPDX-License-Identifier: GPL-2.0
"""The picture of what changed between two runs: a bar for each change.

Called by scripts/report/compare with changes.Change; the bar's length is the
factor, its colour the MMU's, its side says better or worse.
"""
import math

from gnuplot import EPT, SPT, Picture
from results import ENGINE, MMUS, name_of
from rows import Layout, factor, log_ticks, title
from suite import split_params

COLOURS = {"ept": EPT, "spt": SPT}
MOST = 40  # bars; the smaller changes are in the table
LABELS = 0.58
# The longest bar: what is beyond it, or has no factor (from or to 0), is cut there.
LONGEST = math.log(10)


def label(place):
    """The phase and the knobs that are changed."""
    engine = "" if place.engine == ENGINE else place.engine
    knobs = ["%s=%s" % item for item in place.knobs]
    return " ".join(
        t for t in (engine, place.mmu, name_of(place.workload, place.phase), *knobs) if t
    )


def labels(changes):
    """{change: label}, with those parameters that tell equal ones apart."""
    alike = {}
    for change in changes:
        alike.setdefault(label(change.place), []).append(change)
    found = {}
    for text, members in alike.items():
        params = [dict(split_params(c.place.params)) for c in members]
        differ = [k for k in params[0] if len({p.get(k) for p in params}) > 1]
        for change, values in zip(members, params):
            found[change] = " ".join([text, *("%s=%s" % (k, values.get(k)) for k in differ)])
    return found


def words(change):
    """What stands beside a bar."""
    if not change.before:
        return "new"
    if not change.after:
        return "gone"
    return "×" + factor(change.ratio) if change.worse else "÷" + factor(1 / change.ratio)


def groups(changes):
    """The changes by quantity, as Layout wants them."""
    text = labels(changes)
    return [
        (quantity, [(c, text[c]) for c in changes if c.quantity == quantity])
        for quantity in dict.fromkeys(c.quantity for c in changes)
    ]


def picture(changes, comparison):
    """A Picture of the largest changes."""
    shown = changes[:MOST]
    longest = max(min(max(c.size for c in shown), LONGEST), math.log(1.5))
    layout = Layout(groups(shown))
    data = []
    for y, text, change in layout.rows:
        length = min(change.size, longest)
        end = math.exp(length if change.worse else -length)
        sides = [end if change.place.mmu == mmu else None for mmu in MMUS]
        sides += [end if change.worse == worse else None for worse in (False, True)]
        data.append([text, y, *sides, words(change)])
    where = "emulated machine" if comparison.emulated else "metal"
    found = Picture(
        "changes",
        "What changed (%s)" % where,
        "The %d largest changes of %d: after divided by before." % (len(shown), len(changes)),
        layout.height,
    )
    file = found.table(["phase", "y", *MMUS, "better", "worse", "text"], data)
    room = math.exp(longest * 1.6)
    found.add(
        title(
            "What changed, after ÷ before",
            "%s · the %d largest changes of %d" % (where, len(shown), len(changes)),
            layout.height,
        ),
        *layout.commands(LABELS),
        'set ytics font ",11"',
        "set rmargin at screen 0.97",
        "set logscale x 10",
        "set xrange [%.6g:%.6g]" % (1 / room, room),
        "set xtics (%s)" % log_ticks(1 / room, room, "×")[2],
        'set label "better ←    → worse" at first 1, screen %.4f center font ",12"'
        % (18 / layout.height),
        'set arrow from 1, graph 0 to 1, graph 1 nohead front lc rgb "#808080" lw 1.2',
        layout.legend([("EPT", 5, EPT), ("shadow paging", 5, SPT)])
    )
    bar = (
        '"%s" using (column("%s")):(column("y")):(column("%s") < 1 ? column("%s") : 1):'
        '(column("%s") > 1 ? column("%s") : 1):(column("y")-0.33):(column("y")+0.33) '
        'with boxxyerror fill solid 1.0 fc rgb "%s" notitle'
    )
    text = (
        '"%s" using (column("%s")):(column("y")):(stringcolumn("text")) '
        'with labels %s font ",11" notitle'
    )
    found.plot(
        file,
        [(mmu, bar % ((file,) + (mmu,) * 5 + (COLOURS[mmu],))) for mmu in MMUS]
        + [
            ("better", text % (file, "better", "right offset -0.6,0")),
            ("worse", text % (file, "worse", "left offset 0.6,0")),
        ],
    )
    return found
