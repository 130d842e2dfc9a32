# SPDX-License-Identifier: GPL-2.0
"""The picture of break-even: page walks against changes of page tables, who is cheaper where.

Called by the report with a modelled.Modelled; None where the run can't tell the line. Both
axes are logarithmic. What is 0, or nearly, stands on a strip at the axis.
"""
import math

import agile_paging
import break_even
import groups
from gnuplot import EPT, NONE, SPT, WIDTH, Picture, quote
from modelled_section import label
from results import name_of
from rows import legend, title

HEIGHT = 590
LEFT, RIGHT, TOP, BOTTOM = 84, 26, 92, 60  # pixels around the axes
FIRST = {"x": -3, "y": -4}  # the powers of ten that the axes begin with
# Parameters that say only how often: names do without.
OFTEN = ("rounds=", "passes=", "seed=")
STRIP = 0.7  # decades that a strip takes; what is 0 stands in its middle
NEARLY = {axis: 10.0**power for axis, power in FIRST.items()}

# (words, point type, size, colour) by who is cheaper.
LOOKS = {
    "ept": ("EPT cheaper", 7, 0.9, EPT),
    "spt": ("shadow cheaper", 5, 0.9, SPT),
    "tie": ("equal, or open", 9, 0.8, NONE),
}
PUBLISHED = {"ept": EPT, "spt": SPT}
WORDS = {"4k": "4K pages", "2m": "2M pages of guest and host"}


def look_of(who):
    """The key of LOOKS."""
    return who if who in LOOKS else "tie"


class Axes:
    """Where a value lies: in the picture's pixels, from the left and from below."""

    def __init__(self, points):
        highest = [
            max([math.log10(value) for value in values if value > 0] + [first + 2])
            for values, first in zip(zip(*points), FIRST.values())
        ]
        self.low = [first - STRIP for first in FIRST.values()]
        self.high = [math.ceil(value + 0.3) for value in highest]
        self.size = [WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM]

    @staticmethod
    def place(point):
        """POINT, with what is nearly 0 in the middle of its strip."""
        return tuple(
            value if value >= NEARLY[axis] else 10 ** (FIRST[axis] - STRIP / 2)
            for axis, value in zip("xy", point)
        )

    def samples(self):
        """Values of x right of the strip, evenly on the axis."""
        low, count = FIRST["x"], 400
        return [10 ** (low + (self.high[0] - low) * i / count) for i in range(count + 1)]

    def at_edge(self, y):
        """Y, or the nearest one between strip and upper end: an area must not leave the axes."""
        return min(max(y, NEARLY["y"]), 10.0 ** self.high[1])

    def inside(self, y):
        """Y, or None where at_edge() is another."""
        return y if y == self.at_edge(y) else None

    def pixels(self, point):
        """Of a place."""
        return [
            (math.log10(value) - low) / (high - low) * size
            for value, low, high, size in zip(point, self.low, self.high, self.size)
        ]

    def commands(self):
        """Ranges, ticks, margins and the strips."""
        lines = ["set logscale xy 10", "unset key"]
        for axis, low, high in zip("xy", self.low, self.high):
            first = FIRST[axis]
            ticks = ['"0" %.6g' % 10 ** (first - STRIP / 2)]
            ticks += ['"%g" %g' % (10.0**power, 10.0**power) for power in range(first, high + 1)]
            lines.append("set %srange [%.6g:%.6g]" % (axis, 10**low, 10.0**high))
            lines.append('set %stics (%s) font ",11"' % (axis, ", ".join(ticks)))
        lines += [
            "set lmargin at screen %.4f" % (LEFT / WIDTH),
            "set rmargin at screen %.4f" % (1 - RIGHT / WIDTH),
            "set tmargin at screen %.4f" % (1 - TOP / HEIGHT),
            "set bmargin at screen %.4f" % (BOTTOM / HEIGHT),
            'set xlabel "page walks per operation, under EPT" font ",12"',
            'set ylabel "changes of page tables per operation: exits of shadow paging only" '
            'font ",12" offset 1,0',
        ]
        for axis, power in FIRST.items():
            end = {"x": "%.6g, graph 0 to %.6g, graph 1", "y": "graph 0, first %.6g to graph 1, first %.6g"}
            lines.append(
                'set arrow from %s nohead back dt 3 lc rgb "#b0b0b0"'
                % (end[axis] % (10.0**power, 10.0**power))
            )
        return lines


class Names:
    """Names beside points, none over another name or over another point."""

    LINE, CHARACTER, GAP = 13, 6.1, 8

    def __init__(self, axes, spots):
        self.axes, self.spots, self.taken = axes, [axes.pixels(s) for s in spots], []
        self.commands = []

    def free(self, box):
        """Is BOX inside, and over nothing?"""
        left, right, low, high = box
        width, height = self.axes.size
        if left < 2 or right > width or low < 1 or high > height:
            return False
        if any(left < x + 4 and x - 4 < right and low < y + 4 and y - 4 < high for x, y in self.spots):
            return False
        return not any(
            left < r and l < right and low < h and b < high for l, r, b, h in self.taken
        )

    def add(self, words, spot, colour, style=""):
        """Name the point at SPOT, where there is room for it."""
        x, y = self.axes.pixels(spot)
        width = self.CHARACTER * len(words)
        half, gap = self.LINE / 2, self.GAP
        for down in (0, 1, -1, 0.8, -0.8):
            shift = down * self.LINE
            for side, left in (("left", x + gap), ("right", x - gap - width), ("center", x - width / 2)):
                box = (left, left + width, y + shift - half, y + shift + half)
                if (side == "center") == (abs(down) == 1) and self.free(box):
                    self.taken.append(box)
                    at = {"left": left, "right": left + width, "center": x}[side]
                    self.commands.append(
                        'set label %s at graph %.4f, graph %.4f %s noenhanced front font "%s,10" '
                        'tc rgb "%s"'
                        % (
                            quote(words),
                            at / self.axes.size[0],
                            (y + shift) / self.axes.size[1],
                            side,
                            style,
                            colour,
                        )
                    )
                    return True
        return False


def short_name(model, pair, phases):
    """A point's name in the picture: the phase only where the workload has several."""
    name = name_of(pair.workload, pair.phase) if len(phases) > 1 else pair.workload
    other = groups.difference(model.suite, pair).split()
    other = " ".join(word for word in other if not word.startswith(OFTEN))
    return " ".join(filter(None, [name, other])).replace(":", "")


def by_importance(point):
    """Changes with the base parameters first, then the most walks."""
    return (not (point.pair.base and point.changes > 0), not point.pair.base, -point.walks)


def name_points(names, model, points):
    """Name the run's phases; return how many got none."""
    phases = {}
    for point in points:
        phases.setdefault(point.pair.workload, set()).add(point.pair.phase)
    neither = [p for p in points if p.walks < NEARLY["x"] and p.changes < NEARLY["y"]]
    if neither:
        words = "%d phase%s without either" % (len(neither), "" if len(neither) == 1 else "s")
        names.add(words, Axes.place((0, 0)), "#505050")
    unnamed = 0
    for point in sorted((p for p in points if p not in neither), key=by_importance):
        words = short_name(model, point.pair, phases[point.pair.workload])
        unnamed += not names.add(words, Axes.place((point.walks, point.changes)), "#404040")
    return unnamed


def band_part(data, low, high, density):
    """A plot part: the area between two lines."""
    return (
        "x",
        '"%s" using (column("x")):(column("%s")):(column("%s")) with filledcurves '
        'fc rgb "#7a7a7a" fs transparent solid %.2f noborder notitle' % (data, low, high, density),
    )


def points_part(data, who, point, size, colour, weight=1):
    """A plot part: the points whose column won is WHO."""
    return (
        "x",
        '"%s" using (stringcolumn("won") eq "%s" ? column("x") : NaN):(column("y")) with points '
        'pt %d ps %.1f lw %g lc rgb "%s" notitle' % (data, who, point, size, weight, colour),
    )


def caption(model, line, unnamed):
    """What the picture's parts are."""
    words = (
        "Phases by the page walks that an operation takes under EPT and by the exits that it takes "
        "under shadow paging only, each of which follows a change of page tables (an edit, a "
        "flush, a load of CR3 or the fill after it); cold phases, in which both MMUs fill their "
        "tables, are left out. The colour is who was cheaper in modelled cycles of %s. On the line "
        "both cost the same where a walk costs %.1f cycles more under EPT, as in %s, and a change "
        "%.0f more under shadow paging, as in pte-edit: **%.0f walks for each change**. The dark "
        "band is the range over this run's phases with many walks (%.0f to %.0f), the light one over "
        "them and the ends of the costs that no source tells exactly (%.0f to %.0f)."
        % (
            model.cpu,
            line.extra.cycles.mid,
            label(model.suite, line.extra.pair),
            line.edit.change.mid,
            line.middle.mid,
            *line.mids,
            *line.ends,
        )
    )
    words += (
        " Diamonds are the eight programs of Agile Paging (ISCA 2016, Figure 5, %s), **as "
        "published**, measured on a Sandy Bridge and not modelled: published shares of time over "
        "this CPU's cycles for a walk and for a change, per %d cycles. Their distance from the "
        "line, up or down, is the published ratio of the two shares; how far along the line they "
        "lie is not published." % (WORDS[model.setting], agile_paging.CYCLES)
    )
    if unnamed:
        words += " %d phase%s no room for a name; all stand in the data." % (
            unnamed,
            " has" if unnamed == 1 else "s have",
        )
    return words


def tables(picture, model, line, points, places, axes):
    """Add the data of the line, of the phases and of the programs; return their files' names."""
    slopes = [*line.mids, *line.ends]
    lines = picture.table(
        ["x", "line", "mid_high", "mid_low", "high", "low"],
        [
            [x, axes.inside(x / line.middle.mid)] + [axes.at_edge(x / slope) for slope in slopes]
            for x in axes.samples()
        ],
        "-line",
    )
    header = ["x", "y", "won", "walks", "changes", "name"]
    phases = picture.table(
        header,
        [
            [
                *axes.place((p.walks, p.changes)),
                look_of(p.pair.winner),
                p.walks,
                p.changes,
                label(model.suite, p.pair),
            ]
            for p in points
        ],
    )
    programs = picture.table(
        header,
        [
            [*axes.place((p.walks, p.changes)), p.cheaper, p.walks, p.changes, p.name]
            for p in places
        ],
        "-published",
    )
    return lines, phases, programs


def plot(picture, files, points, places):
    """Add the plot command: bands, line, phases, programs."""
    lines, phases, programs = files
    parts = [band_part(lines, "low", "high", 0.16), band_part(lines, "mid_low", "mid_high", 0.28)]
    parts.append(
        ("x", '"%s" using (column("x")):(column("line")) with lines lw 2 lc rgb "#303030" notitle' % lines)
    )
    for who in ("tie", "ept", "spt"):
        if any(look_of(p.pair.winner) == who for p in points):
            parts.append(points_part(phases, who, *LOOKS[who][1:]))
    for who in dict.fromkeys(p.cheaper for p in places):
        parts.append(points_part(programs, who, 12, 1.4, PUBLISHED[who], 1.5))
    picture.add("plot " + ", \\\n  ".join(text for _, text in parts))


def picture_of(model, where):
    """The Picture of a CPU and a size of pages."""
    line, points = break_even.line(model), break_even.points(model)
    if not line:
        return None
    places = agile_paging.places(model.setting, line.extra.cycles.mid, line.edit.change.mid)
    axes = Axes([(p.walks, p.changes) for p in points] + [(p.walks, p.changes) for p in places])
    spots = [axes.place((p.walks, p.changes)) for p in points + places]
    names = Names(axes, spots)
    for place in places:
        names.add(place.name, axes.place((place.walks, place.changes)), PUBLISHED[place.cheaper], "Oblique")
    unnamed = name_points(names, model, points)
    size = "" if model.setting == "4k" else "-" + model.setting
    picture = Picture(
        "model-break-even%s-%s" % (size, model.cpu),
        "Break-even of EPT and shadow paging, %s, %s (%s)" % (WORDS[model.setting], model.cpu, where),
        caption(model, line, unnamed),
        HEIGHT,
    )
    entries = [look[:2] + (look[3],) for look in LOOKS.values()]
    entries.append(("as published (Agile Paging)", 12, "#404040"))
    picture.add(
        title(picture.title.rpartition(" (")[0], "%s · who is cheaper in modelled cycles" % where, HEIGHT),
        legend(entries, 1 - 62 / HEIGHT),
        *axes.commands(),
        'set label "EPT is cheaper" at graph 0.3, graph 0.965 center font ",13" tc rgb "%s"' % EPT,
        'set label "shadow paging is cheaper" at graph 0.985, graph 0.16 right font ",13" tc rgb "%s"'
        % SPT,
        *names.commands,
    )
    plot(picture, tables(picture, model, line, points, places, axes), points, places)
    return picture
