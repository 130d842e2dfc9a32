# SPDX-License-Identifier: GPL-2.0
"""When a modelled value agrees with a published one: a row's middle value decides.

published.py says which value has which, and when they were committed.
"""
import collections

# text: as it stands in the document. holds(published, band): does it?
Tolerance = collections.namedtuple("Tolerance", "text holds")

# For published and modelled numbers that are the same number in other digits.
SAME = 1e-9


def exact():
    """The published number, and no range."""
    return Tolerance(
        "exact", lambda published, band: all(abs(end - published) < SAME for end in band)
    )


def rounded(digits):
    """The published number in its own digits."""
    return Tolerance(
        "exact, to %d digit%s after the point" % (digits, "" if digits == 1 else "s")
        if digits
        else "exact, in whole cycles",
        lambda published, band: round(band.mid, digits) == round(published, digits),
    )


def percent(tolerance):
    """Off by at most so many per cent."""
    return Tolerance(
        "± %g %%" % tolerance,
        lambda published, band: abs(band.mid / published - 1) <= tolerance / 100 + SAME,
    )


def absolute(tolerance):
    """Off by at most so much."""
    return Tolerance(
        "± %g" % tolerance, lambda published, band: abs(band.mid - published) <= tolerance + SAME
    )


def factor(tolerance):
    """At most so many times too much, or too little."""
    return Tolerance(
        "factor %g" % tolerance,
        lambda published, band: 1 / tolerance <= band.mid / published <= tolerance,
    )


def within(low, high):
    """Anywhere in a range, whatever was published for the one case."""
    return Tolerance("%g to %g" % (low, high), lambda published, band: low <= band.mid <= high)


def above(low):
    """Of a sign: on the same side as the published number."""
    return Tolerance("above %g" % low, lambda published, band: band.mid > low)
