# SPDX-License-Identifier: GPL-2.0
"""The headline figures: figures.tsv, one `name<TAB>value<TAB>unit` a line.

The report writes it and `scripts/report/figures` prints it. A figure comes
from the base parameters and the default knobs; where its rows are missing it
is left out, and missing() says so for the report and for stderr.
"""

# (name in figures.tsv, mmu, workload, phase, what one operation is)
FIGURES = [
    ("hypercall.ept", "ept", "hypercall", "warm", "null hypercall, there and back"),
    ("hypercall.spt", "spt", "hypercall", "warm", "null hypercall, there and back"),
    ("fill.ept.4k", "ept", "dense-sequential", "first-touch", "first touch of a 4K page"),
    ("fill.spt", "spt", "dense-sequential", "first-touch", "first touch of a 4K page"),
    ("edit.ept", "ept", "pte-edit", "edit", "edit a PTE, INVLPG, touch"),
    ("edit.spt", "spt", "pte-edit", "edit", "edit a PTE, INVLPG, touch"),
    ("switch.ept", "ept", "switch", "switch", "load another CR3, touch 8 pages"),
    ("switch.spt", "spt", "switch", "switch", "load another CR3, touch 8 pages"),
    ("demand.ept", "ept", "demand-paging", "demand", "guest page fault that maps a page"),
    ("demand.spt", "spt", "demand-paging", "demand", "guest page fault that maps a page"),
]


def text(value):
    """A value without digits of noise: four significant ones, integers whole."""
    if value == int(value):
        return "%d" % value
    for limit, digits in ((1000, 0), (100, 1), (10, 2)):
        if value >= limit:
            break
    else:
        digits = 3
    written = "%.*f" % (digits, value)
    return written.rstrip("0").rstrip(".") if "." in written else written


def figures(suite, seconds):
    """[(name, value, unit)]; SECONDS holds bench.seconds and machine.boot_seconds."""
    rows = []
    for name, mmu, workload, phase, _ in FIGURES:
        m = suite.find(mmu, workload, phase)
        if m:
            rows += [
                (name, text(m.cost), suite.results.tsc_unit),
                (name + ".exits", text(m.exits), "exits"),
                (name + ".flushes", text(m.executed), "flushes"),
            ]
    rows += [(name, text(value), "seconds") for name, value in seconds if value is not None]
    return rows


def missing(suite, seconds):
    """One sentence for every figure that this run cannot give."""
    words = [
        "%s is not available: no rows for %s, phase %s, under %s with the base parameters "
        "and the default knobs" % (name, workload, phase, mmu)
        for name, mmu, workload, phase, _ in FIGURES
        if not suite.find(mmu, workload, phase)
    ]
    return words + [
        "%s is not available: the run folder does not say it" % name
        for name, value in seconds
        if value is None
    ]


def write(path, rows):
    """Write figures.tsv."""
    with open(path, "w", encoding="utf-8") as out:
        for row in rows:
            out.write("\t".join(row) + "\n")
