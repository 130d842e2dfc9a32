# SPDX-License-Identifier: GPL-2.0
"""Rows held against the evidence: what was modelled, and whether it is within tolerance."""
import collections
import math

PASS, FAIL, NOT_MODELLED = "pass", "fail", "not modelled"

# good: True, False, or None where nothing is judged.
Judged = collections.namedtuple("Judged", "value band good")
Outcome = collections.namedtuple("Outcome", "row values result ordered")


def known(band):
    """A Band of numbers."""
    return band is not None and all(math.isfinite(end) for end in band)


def judge_value(value, evidence):
    """The Judged of one value."""
    band = value.compute(evidence)
    if not known(band):
        return Judged(value, None, None)
    good = value.tolerance.holds(value.published, band) if value.tolerance else None
    return Judged(value, band, good)


def in_order(values):
    """Are the middle values in the order of the published ones?"""
    order = sorted(values, key=lambda judged: judged.value.published)
    return all(a.band.mid < b.band.mid for a, b in zip(order, order[1:]))


def judge(row, evidence):
    """The Outcome of a row. What is missing of it never passes."""
    values = [judge_value(value, evidence) for value in row.values]
    counting = [judged for judged in values if judged.value.tolerance]
    if not counting or any(judged.band is None for judged in counting):
        return Outcome(row, values, NOT_MODELLED, None)
    ordered = in_order(counting) if row.order else None
    good = all(judged.good for judged in counting) and ordered is not False
    return Outcome(row, values, PASS if good else FAIL, ordered)


def within(outcomes):
    """How many rows pass."""
    return sum(outcome.result == PASS for outcome in outcomes)
