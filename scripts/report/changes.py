# SPDX-License-Identifier: GPL-2.0
"""What changed from one run to another: the arithmetic of `compare`.

Comparison pairs the conditions of two runs and finds the quantities that
differ by more than a threshold, or every count that differs at all. compare
prints what is found here, scripts/plot/changed.py draws it.
"""
import collections
import math
import statistics

import measure
import modelled
import peer
from results import ENGINE, ResultsError

PAGE = 4096

# A condition with those of its knobs alone that are not at their defaults, so that a
# knob that only one of the two runs knows is no difference by itself.
Place = collections.namedtuple("Place", "engine mmu knobs workload params phase")


class Change(collections.namedtuple("Change", "place quantity before after")):
    """One quantity of one condition in both runs; less of any is better."""

    __slots__ = ()

    @property
    def ratio(self):
        """After by before; infinite where there was none of it."""
        return self.after / self.before if self.before else math.inf

    @property
    def worse(self):
        """Is there more of it?"""
        return self.after > self.before

    @property
    def size(self):
        """How much it changed, up or down alike."""
        return abs(math.log(self.ratio)) if self.before and self.after else math.inf


def flushes(sample, engine):
    """Flushes that the hypervisor executed, None where nothing tells."""
    return measure.executed_total(sample) if engine == ENGINE else peer.kvm_flushes(sample)


def quantities(sample, engine, unit):
    """{quantity: value} of one repetition; what nothing tells of is left out."""
    ours = engine == ENGINE
    ops = sample["ops"]
    executed = flushes(sample, engine)
    found = {
        unit + " per operation": (measure.tsc_of if ours else peer.kvm_tsc)(sample) / ops,
        "exits per operation": (measure.exits_total if ours else peer.kvm_exits)(sample) / ops,
        "flushes per operation": None if executed is None else executed / ops,
    }
    if "table_bytes" in sample:
        found["bytes of tables"] = sample["table_bytes"]
    elif "table_pages" in sample:
        found["bytes of tables"] = sample["table_pages"] * PAGE
    return {name: value for name, value in found.items() if value is not None}


def apart(before, after):
    """Do the intervals of two lists of repetitions leave a gap between them?"""
    (low, high), (other_low, other_high) = measure.interval(before), measure.interval(after)
    return high < other_low or other_high < low


class Comparison:
    """Two runs of the same kind of machine, condition by condition."""

    def __init__(self, before, after, defaults):
        if before.tsc_unit != after.tsc_unit:
            raise ResultsError(
                "one run counts %s, the other %s: an emulated machine and the metal can't be "
                "compared" % (before.tsc_unit, after.tsc_unit)
            )
        self.unit = before.tsc_unit
        self.emulated = before.emulated
        self.defaults = defaults
        self.before, self.after = self.by_place(before), self.by_place(after)
        self.both = [p for p in self.before if p in self.after]
        self.only_before = [p for p in self.before if p not in self.after]
        self.only_after = [p for p in self.after if p not in self.before]

    def by_place(self, loaded):
        """{Place: {repetition: sample}} of a run, in the order of its file."""
        found = {}
        for c, by_repetition in loaded.samples.items():
            knobs = tuple((k, v) for k, v in c.knobs if v not in ("-", self.defaults.get(k)))
            found[Place(c.engine, c.mmu, knobs, c.workload, c.params, c.phase)] = by_repetition
        return found

    def lists(self, samples, engine):
        """{quantity: [value of each repetition]}."""
        found = {}
        for sample in samples.values():
            for name, value in quantities(sample, engine, self.unit).items():
                found.setdefault(name, []).append(value)
        return found

    def changes(self, percent):
        """The changes beyond PERCENT, the largest first.

        On the metal one counts only where the repetitions of both runs leave a
        gap between them; in emulation every difference is real.
        """
        found = []
        for place in self.both:
            before = self.lists(self.before[place], place.engine)
            after = self.lists(self.after[place], place.engine)
            for name in (n for n in before if n in after):
                change = Change(
                    place, name, statistics.median(before[name]), statistics.median(after[name])
                )
                if abs(change.after - change.before) <= change.before * percent / 100:
                    continue
                if self.emulated or apart(before[name], after[name]):
                    found.append(change)
        return by_size(found)

    def differences(self):
        """Every count of a common repetition that is not the same, the largest first."""
        if not self.emulated:
            raise ResultsError(
                "counts are exact in emulation only: on the metal they hold the host's interrupts"
            )
        found = []
        for place in self.both:
            before, after = self.before[place], self.after[place]
            if len(before) != len(after):
                found.append(Change(place, "repetitions", len(before), len(after)))
            found += counts_that_differ(place, before, after)
        return by_size(found)

    def single(self):
        """How many conditions of both have one repetition alone in a run."""
        return sum(1 for p in self.both if min(len(self.before[p]), len(self.after[p])) == 1)


def told(counter, before, after):
    """Could both runs have a row of it? Of a CPU that one was not modelled on, it has none."""
    row = modelled.name_of_row(counter)
    return not row or all(row[0] in modelled.cpus_of(sample) for sample in (before, after))


def counts_that_differ(place, before, after):
    """The Changes of every count; one that is not told of is 0.

    Repetitions that differ alike are one Change, and are named where others don't.
    """
    common = sorted(set(before) & set(after))
    found = {}
    for repetition in common:
        old, new = before[repetition], after[repetition]
        for counter in dict.fromkeys([*old, *new]):
            pair = old.get(counter, 0), new.get(counter, 0)
            if pair[0] != pair[1] and told(counter, old, new):
                found.setdefault((counter, pair), []).append(repetition)
    return [
        Change(
            place,
            counter
            if repetitions == common
            else "%s (repetition %s)" % (counter, ", ".join(map(str, repetitions))),
            *pair
        )
        for (counter, pair), repetitions in found.items()
    ]


def by_size(changes):
    """The largest first; equal ones in the order of the file."""
    return sorted(changes, key=lambda change: -change.size)
