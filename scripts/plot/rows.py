# SPDX-License-Identifier: GPL-2.0
"""Row charts: one row for every phase of every workload, grouped by condition.

Every chart of rows is laid out with it, so that a workload stands at the same
place and under the same words everywhere.
"""
import math

from gnuplot import NONE, WIDTH, bold, quote

ROW = 25  # pixels of a row
LABELS = 0.345  # where the plot begins, as a share of the width


class Layout:
    """Positions of rows from top to bottom, with a heading over each group."""

    def __init__(self, groups, pixels=ROW, top=82, bottom=74):
        self.rows = []  # (y, label, key)
        self.headings = []  # (y, text)
        self.top, self.bottom = top, bottom
        y = 0.0
        for heading, members in groups:
            if not members:
                continue
            y -= 1.15 if self.rows else 0.9
            self.headings.append((y, heading))
            for key, label in members:
                y -= 1
                self.rows.append((y, label, key))
        self.low = y - 0.7
        self.height = int(top + bottom - self.low * pixels)

    def commands(self, labels=LABELS, headings=True):
        """Axis, margins and headings."""
        lines = [
            "set yrange [%.2f:0]" % self.low,
            "set lmargin at screen %.3f" % labels,
            "set tmargin at screen %.4f" % (1 - self.top / self.height),
            "set bmargin at screen %.4f" % (self.bottom / self.height),
            "set border 1",
            "unset key",
            "set grid noytics xtics",
            "unset ytics",
        ]
        if labels:
            tics = ", ".join("%s %.2f" % (quote(label), y) for y, label, _ in self.rows)
            lines.append('set ytics scale 0 noenhanced tc rgb "#000000" (%s)' % tics)
        if headings:
            for y, text in self.headings:
                lines.append(
                    "set label %s at screen 0.012, first %.2f left front" % (bold(text), y)
                )
        return lines

    def legend(self, entries):
        """The key: one line under the title, [(words, point type, colour)]."""
        return legend(entries, 1 - 62 / self.height)


def legend(entries, y):
    """A key on one line at screen height Y: gnuplot's own wastes the width."""
    lines, x = [], 0.024
    for words, point, colour in entries:
        lines.append(
            'set label %s at screen %.3f, screen %.4f left noenhanced font ",12" '
            'point pt %d ps 1 lw 1.6 lc rgb "%s" offset 0.9,-0.25'
            % (quote(words), x, y, point, colour)
        )
        x += (34 + 7.3 * len(words)) / WIDTH
    return "\n".join(lines)


def title(text, below, height):
    """A bold title and a smaller line below it."""
    return (
        "set label %s at screen 0.012, screen %.4f left\n"
        'set label "{/*0.86 %s}" at screen 0.012, screen %.4f left'
        % (
            bold(text),
            1 - 18 / height,
            below.replace('"', "'").replace("_", "\\\\_"),
            1 - 40 / height,
        )
    )


def unmeasured(data, column, x):
    """A plot part: grey words on the rows where COLUMN of DATA has them, from X on."""
    return (
        column,
        '"%s" using (%.4g):(column("y")):(stringcolumn("%s")) with labels left offset 0.7,0 '
        'font ",12" tc rgb "%s" notitle' % (data, x, column, NONE),
    )


def log_ticks(low, high, unit="", write=None):
    """(low end, high end, `set xtics` list) of a log axis that covers both."""
    first, last = math.floor(math.log10(low) + 1e-9), math.ceil(math.log10(high) - 1e-9)
    last = max(last, first + 1)
    write = write or plain
    step = 1 if last - first <= 6 else 2
    tics = []
    for power in range(first, last + 1):
        tics.append(
            '"%s%s" %.10g' % (write(10.0**power), unit, 10.0**power)
            if (power - first) % step == 0
            else '"" %.10g' % 10.0**power
        )
        if last - first <= 2 and power < last:
            for between in (2, 5):
                tics.append(
                    '"%s%s" %.10g' % (write(between * 10.0**power), unit, between * 10.0**power)
                )
    return 10.0**first, 10.0**last, ", ".join(tics)


def plain(value):
    """A number as people write it: 0.05, 12, 3,400, 1.2 M."""
    if value >= 1e9:
        return "%.10g G" % (value / 1e9)
    if value >= 1e6:
        return "%.10g M" % (value / 1e6)
    if value >= 1000:
        return "{:,.0f}".format(value)
    return "%.10g" % value


def compact(value):
    """A number for a narrow axis: 100, 10k, 1M."""
    if value >= 1e6:
        return "%gM" % (value / 1e6)
    return "%gk" % (value / 1e3) if value >= 1e3 else "%g" % value


def short(value):
    """A value beside a bar: three digits, never an exponent."""
    if value == 0:
        return "0"
    if value >= 100:
        return "{:,.0f}".format(value)
    digits = 2 if value < 10 else 1
    if value < 0.01:
        return "<0.01"
    return ("%.*f" % (digits, value)).rstrip("0").rstrip(".")


def factor(value):
    """How many times: 1.26, 12, 584."""
    return "%.2f" % value if value < 10 else "{:,.0f}".format(value)
