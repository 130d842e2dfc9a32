# SPDX-License-Identifier: GPL-2.0
"""Values with the ends of their ranges: by the low, the middle and the high end of all costs.

What is computed of several Bands is computed end by end, since all of them are of the same
CPU. So a ratio's lowest value need not be that by the low ends.
"""
import collections
import math

ENDS = ("low", "mid", "high")

Band = collections.namedtuple("Band", ENDS)


def exactly(value):
    """A Band without a range."""
    return Band(value, value, value)


def combine(function, *bands):
    """FUNCTION of BANDS, end by end; None where one is None."""
    if any(band is None for band in bands):
        return None
    return Band(*(function(*values) for values in zip(*bands)))


def ratio(over, under):
    """OVER divided by UNDER; None where either is not known, or nothing is divided by."""
    if over is None or under is None or not all(under):
        return None
    return combine(lambda a, b: a / b, over, under)


def add(*bands):
    """The sum."""
    return combine(lambda *values: sum(values), *bands)


def geometric_mean(bands):
    """The geometric mean; None where a Band is missing or not above 0."""
    bands = list(bands)
    if not bands or any(band is None or min(band) <= 0 for band in bands):
        return None
    return combine(lambda *v: math.exp(sum(map(math.log, v)) / len(v)), *bands)
