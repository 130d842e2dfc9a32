# SPDX-License-Identifier: GPL-2.0
"""What times.json and perf.json have in common: whole runs under both backends.

times.py and perfs.py read and check the files with it and make their sections
of the report. A damaged file is refused with one sentence (WholeError).
"""
import collections
import json
import os
import statistics

import measure
from environment import EMULATED, METAL, NESTED
from headline import text

MMUS = ("ept", "spt")
UNITS = {EMULATED: "instructions", NESTED: "seconds", METAL: "seconds"}

# One run line of a suite: the workload, the arguments of `hvbench run`, what was
# measured under EPT and under shadow paging.
Row = collections.namedtuple("Row", "workload run ept spt")


class WholeError(Exception):
    """times.json or perf.json cannot be used; the text is one sentence."""


class Series:
    """The values of one thing over the rounds: median, interval, number."""

    def __init__(self, values):
        self.values = values
        self.median = statistics.median(values)
        self.low, self.high = measure.interval(values)
        self.count = len(values)


class File:
    """One of the files: its object, and checks that name it."""

    def __init__(self, path):
        self.name = os.path.basename(path)
        try:
            with open(path, encoding="utf-8") as file:
                self.top = json.load(file)
        except (OSError, ValueError) as error:
            raise WholeError("%s cannot be read: %s" % (path, error)) from error
        self.check(isinstance(self.top, dict), "holds no JSON object")
        self.meta = self.field(self.top, "meta", dict)

    def check(self, condition, sentence):
        """Refuse the file with SENTENCE unless CONDITION."""
        if not condition:
            raise WholeError("%s %s" % (self.name, sentence))

    def field(self, table, key, kind):
        """table[key], which must be there and of KIND."""
        value = table.get(key) if isinstance(table, dict) else None
        fits = isinstance(value, kind) and not isinstance(value, bool)
        self.check(fits, "has no %s '%s': it is damaged or of another version" % (NAMES[kind], key))
        return value

    def check_meta(self, kind):
        """The machine must be that of results.csv, and the unit that of the machine."""
        machine = self.field(self.meta, "machine", str)
        self.check(
            machine == kind,
            "is of the machine '%s', results.csv of '%s': they are not of one run"
            % (machine, kind),
        )
        unit = self.field(self.meta, "unit", str)
        self.check(unit == UNITS[machine], "has the unit '%s' in the machine %s" % (unit, machine))
        for key, kind in (("tool", str), ("rounds", int), ("units_per_second", int)):
            self.field(self.meta, key, kind)
        self.check(
            self.meta["units_per_second"] > 0 and self.meta["rounds"] > 0, "counts from nothing"
        )

    def check_mmu(self, mmu):
        """MMU must be one of ours."""
        self.check(mmu in MMUS, "has the mmu '%s' (ept and spt are known)" % mmu)


NAMES = {dict: "object", list: "list", str: "text", int: "number", (int, float): "number"}


def command(row):
    """How to make one of the runs by hand."""
    return "`hvbench run %s --mmu ept|spt`" % row.run


def again(what, run):
    """The command that makes the measurement again."""
    return "make %s RUN=%s" % (what, run)


def ratio(row_ept, row_spt):
    """Shadow paging's median divided by EPT's, for a table."""
    if not row_ept.median:
        return "equal" if not row_spt.median else "–"
    return "%s×" % text(row_spt.median / row_ept.median)


def turns(meta):
    """How the rounds went, for a sentence."""
    return "%d round%s, the backends by turns (EPT, shadow, shadow, EPT)" % (
        meta["rounds"],
        "" if meta["rounds"] == 1 else "s",
    )
