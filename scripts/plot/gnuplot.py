# SPDX-License-Identifier: GPL-2.0
"""One picture: a data file, a gnuplot script, and what gnuplot makes of them.

The other files here describe Pictures. write() puts NAME.tsv and NAME.gp into
the plots folder and runs gnuplot, which leaves NAME.svg and NAME.png there.
Nobody else starts gnuplot. The script holds only relative names, so that a copied folder still works, and the
same data gives the same bytes.
"""
import os
import subprocess

# One colour per backend in every picture, told apart by the colour-blind and
# in print: EPT is dark, shadow paging is light; the strategy is a dash and a
# mark, hollow and larger where it may lie on another.
EPT, SPT, GUEST = "#0060a8", "#e08a00", "#8a8a8a"
# Of words where there is nothing to draw.
NONE = "#8a8a8a"
BACKEND = {
    "ept": {"title": "EPT", "colour": EPT, "point": 7, "size": 0.8, "dash": 1},
    "spt": {"title": "shadow (unsync)", "colour": SPT, "point": 5, "size": 0.9, "dash": 1},
    "vtlb": {"title": "shadow (vtlb)", "colour": SPT, "point": 8, "size": 1.2, "dash": 2},
    "trap": {"title": "shadow (trap)", "colour": SPT, "point": 12, "size": 1.5, "dash": 4},
}
# Of modelled runs: the guest without a hypervisor.
NATIVE_LOOK = {"title": "native", "colour": GUEST, "point": 13, "size": 0.9, "dash": 3}
FONT = "DejaVu Sans"
WIDTH = 680
LOCALE = "C.UTF-8"


class PlotError(Exception):
    """gnuplot is missing or refused a script."""


class Picture:
    """A chart: its name, words, table of data and gnuplot commands."""

    def __init__(self, name, title, caption, height):
        self.name = name
        self.title = title
        self.caption = caption
        self.height = height
        self.tables = []  # (file name, header, rows)
        self.body = []

    def table(self, header, rows, suffix=""):
        """Add a data file; return its name for the script."""
        file = self.name + suffix + ".tsv"
        self.tables.append((file, header, rows))
        return file

    def add(self, *lines):
        """Add gnuplot commands."""
        self.body.extend(lines)

    def plot(self, file, parts):
        """Add a plot command: [(column it needs, text)].

        gnuplot complains of columns without any value, so they are left out.
        """
        header, rows = next(t[1:] for t in self.tables if t[0] == file)
        self.add(
            "plot "
            + ", \\\n  ".join(
                text
                for column, text in parts
                if any(row[header.index(column)] is not None for row in rows)
            )
        )

    def script(self):
        """The whole gnuplot script: the same body for SVG and for PNG."""
        return (
            "\n".join(
                [
                    "# %s" % self.title,
                    "# Makes %s.svg and %s.png: run it in this folder." % (self.name, self.name),
                    "set encoding utf8",
                    'do for [kind in "svg png"] {',
                    "reset",
                    'set datafile separator "\\t"',
                    "set datafile columnheaders",
                    'set datafile missing "-"',
                    'if (kind eq "svg") {',
                    '  set terminal svg size %d,%d dynamic enhanced font "%s,14" background "#ffffff"'
                    % (WIDTH, self.height, FONT),
                    "} else {",
                    '  set terminal pngcairo size %d,%d enhanced font "%s,14" fontscale 1.5 '
                    'linewidth 2 pointscale 2 background "#ffffff"'
                    % (WIDTH * 2, self.height * 2, FONT),
                    "}",
                    'set output "%s.".kind' % self.name,
                    'set border 3 lc rgb "#808080"',
                    'set tics nomirror out scale 0.5 tc rgb "#000000"',
                    'set grid back lc rgb "#d8d8d8" lw 1 dt 1',
                    "set style fill border -1",
                    *self.body,
                    "unset output",
                    "}",
                ]
            )
            + "\n"
        )

    def write(self, folder):
        """Write the data and the script, and run it."""
        os.makedirs(folder, exist_ok=True)
        for file, header, rows in self.tables:
            with open(os.path.join(folder, file), "w", encoding="utf-8") as out:
                for row in [header] + rows:
                    out.write("\t".join(cell(v) for v in row) + "\n")
        with open(os.path.join(folder, self.name + ".gp"), "w", encoding="utf-8") as out:
            out.write(self.script())
        run(folder, self.name)


def cell(value):
    """A value as it stands in a data file; None is a missing one."""
    if value is None:
        return "-"
    if isinstance(value, float):
        return "%.10g" % value
    return str(value)


def run(folder, name):
    """Run NAME.gp in FOLDER; any word of gnuplot is an error."""
    environment = {
        k: v
        for k, v in os.environ.items()
        if not k.startswith(("LC_", "LANG", "GNUPLOT", "GNUTERM"))
    }
    environment.update(LC_ALL=LOCALE, HOME="/nonexistent")
    try:
        done = subprocess.run(
            ["gnuplot", name + ".gp"],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError:
        raise PlotError("gnuplot is not installed (Debian: apt install gnuplot-nox)") from None
    if done.returncode or done.stderr.strip():
        raise PlotError(
            "gnuplot refused %s.gp: %s" % (name, "; ".join(done.stderr.strip().splitlines()))
        )
    for kind in ("svg", "png"):
        file = os.path.join(folder, "%s.%s" % (name, kind))
        if not os.path.exists(file) or os.path.getsize(file) == 0:
            raise PlotError("gnuplot made no %s.%s" % (name, kind))


def command(folder, name):
    """What the report shows under a picture: the way to make it again."""
    return "cd %s && LC_ALL=%s gnuplot %s.gp" % (folder, LOCALE, name)


def quote(text):
    """TEXT as a gnuplot string in double quotes."""
    return '"%s"' % text.replace("\\", "\\\\").replace('"', '\\"')


def bold(text):
    """A title in bold, in gnuplot's enhanced text."""
    return '"{/:Bold %s}"' % text.replace('"', "'").replace("_", "\\\\_")
