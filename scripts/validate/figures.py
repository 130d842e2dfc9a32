# SPDX-License-Identifier: GPL-2.0
"""What goes into figures.tsv, by way of build/proof/validation."""
import judge
from stand_ins import PROGRAMS

MEAN = "geometric mean"

# (name, row, place of the value in it, unit)
FIGURES = [
    ("model.walk.nb.4k", 4, MEAN, "ratio"),
    ("model.walk.nb.2m", 6, MEAN, "ratio"),
    ("model.walk.sb.4k", 5, MEAN, "ratio"),
]
FIGURES += [("model.time.ns." + name, 7, name, "ratio") for name in PROGRAMS]
FIGURES += [
    ("model.cold.refs." + name, 1, place, "references")
    for place, name in enumerate(("4k4k", "4k2m", "2m2m", "5x5"))
]


def find(outcomes, row, place):
    """The Judged of a row by its place or name; None where the table has none."""
    for outcome in outcomes:
        if outcome.row.number == row:
            for index, judged in enumerate(outcome.values):
                if place in (index, judged.value.name):
                    return judged
    return None


def lines(outcomes):
    """[(name, value, unit)], without those that were not modelled."""
    found = [
        ("validation.within", "%d" % judge.within(outcomes), "rows"),
        ("validation.total", "%d" % len(outcomes), "rows"),
    ]
    for name, row, place, unit in FIGURES:
        judged = find(outcomes, row, place)
        if judged and judged.band:
            found.append((name, "%.4g" % judged.band.mid, unit))
    return found
