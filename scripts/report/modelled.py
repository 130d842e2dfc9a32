# SPDX-License-Identifier: GPL-2.0
"""Modelled cycles: what the models of CPUs say of a run, from the rows `model.<CPU>.*`.

They are computed from counts and from the constants of a CPU description, so each is a
Band of the lowest, middle and highest value. The report's section on them
(modelled_section.py), its pictures and the figures `model.*` ask this module; nothing else
in the report is changed by such rows.
"""
import collections
import functools
import statistics

import conditions
from measure import TIE, exits_total
from suite import split_params

RUN, NATIVE = ("guest", "host"), ("native",)
ENDS = ("low", "mid", "high")
UNIT = "modelled cycles"
WALKS = ("walk_fetch", "walk_load", "walk_store")
REFERENCES = tuple("ref_%s_%d" % (of, level) for of in ("guest", "ept") for level in range(1, 6))

# The knobs that go with a size of pages: the default, with whatever size the guest itself
# takes, and 2M pages of guest and host that each MMU maps whole.
SETTINGS = {
    "4k": {"ept": {}, "spt": {}},
    "2m": {
        "ept": {"backing": "2m", "ept.leaf": "2m"},
        "spt": {"backing": "2m", "spt.large": "on"},
    },
}
LARGE_BYTES = 2 << 20

# (name, mmu, workload, phase) of the figures of each CPU.
FIGURES = [
    ("model.hypercall", "ept", "hypercall", "warm"),
    ("model.fill.ept", "ept", "dense-sequential", "first-touch"),
    ("model.fill.spt", "spt", "dense-sequential", "first-touch"),
    ("model.switch.spt", "spt", "switch", "switch"),
]

Band = collections.namedtuple("Band", ENDS)


def name_of_row(counter):
    """(CPU, world, name) of a row's counter, None where it is none of a model."""
    fields = counter.split(".")
    # The name of a CPU has no dot, nor has that of a count.
    return tuple(fields[1:]) if fields[0] == "model" and len(fields) == 4 else None


def cpus_of(sample):
    """The CPUs that a sample has rows of, in their order."""
    rows = (name_of_row(counter) for counter in sample)
    return list(dict.fromkeys(row[0] for row in rows if row))


def band(samples, cpu, worlds=RUN, per_op=True):
    """The Band of a condition, medians over its repetitions; None where a world is unknown."""
    names = ["model.%s.%s.cycles_" % (cpu, world) for world in worlds]
    if not all(name + end in s for s in samples for name in names for end in ENDS):
        return None
    return Band(
        *(
            statistics.median(
                sum(s[name + end] for name in names) / (s["ops"] if per_op else 1)
                for s in samples
            )
            for end in ENDS
        )
    )


def winner(ept, spt):
    """Who is cheaper in two Bands: ept, spt, tie, or undecided where their ends disagree."""

    def one(a, b):
        if abs(a - b) < TIE * min(a, b) or a == b:
            return "tie"
        return "ept" if a < b else "spt"

    found = {one(a, b) for a, b in zip(ept, spt)}
    return found.pop() if len(found) == 1 else "undecided"


# base: are PARAMS those of the workload's base?
Pair = collections.namedtuple("Pair", "workload phase params base ept spt native winner")


class Modelled:
    """A suite's run on one CPU, with the knobs of one of the SETTINGS."""

    def __init__(self, suite, cpu, setting="4k"):
        self.suite, self.cpu, self.setting = suite, cpu, setting
        self.changed = SETTINGS[setting]

    def samples(self, mmu, workload, phase, params=None):
        """Those of a condition with these knobs, and the base's PARAMS; [] without one."""
        condition = self.suite.condition(mmu, workload, phase, params, self.changed[mmu])
        return self.suite.results.of(condition) if condition else []

    def of(self, mmu, workload, phase, worlds=RUN, per_op=True, params=None):
        """The Band of a condition with these knobs, and the base's PARAMS; or None."""
        samples = self.samples(mmu, workload, phase, params)
        return band(samples, self.cpu, worlds, per_op) if samples else None

    def counted(self, mmu, pair, names, worlds=RUN):
        """The sum of counts that an operation of a Pair's phase takes, or None."""
        samples = self.samples(mmu, pair.workload, pair.phase, pair.params)
        rows = ["model.%s.%s.%s" % (self.cpu, world, name) for world in worlds for name in names]
        if not any(self.cpu in cpus_of(s) for s in samples):
            return None
        return statistics.median(sum(s.get(row, 0) for row in rows) / s["ops"] for s in samples)

    def exits(self, mmu, pair):
        """The VM exits that an operation takes."""
        samples = self.samples(mmu, pair.workload, pair.phase, pair.params)
        return statistics.median(exits_total(s) / s["ops"] for s in samples)

    def walks(self, mmu, pair, worlds=RUN):
        """The page walks that an operation takes, or None."""
        return self.counted(mmu, pair, WALKS, worlds)

    def references(self, mmu, pair, worlds=RUN):
        """The entries that a walk reads, on average; None where there is no walk."""
        walks = self.walks(mmu, pair, worlds)
        return self.counted(mmu, pair, REFERENCES, worlds) / walks if walks else None

    def has_page_size(self, condition):
        """Are the guest's own pages those of the setting, where its workload can choose?"""
        if self.setting == "4k":
            return True
        return split_params(condition.params).get("page", LARGE_BYTES) == LARGE_BYTES

    @functools.cached_property
    def pairs(self):
        """[Pair] of all phases that were modelled under both MMUs with these knobs.

        Set-up is left out. Those with the base parameters come first.
        """
        suite = self.suite
        places = {}
        for c in suite.conditions:
            if suite.changed(c) != self.changed[c.mmu] or not self.has_page_size(c):
                continue
            if suite.declared(c) != conditions.SETUP:
                base = c.params == suite.base[c.workload]
                places[(not base, c.workload, c.phase, c.params)] = True
        found = []
        for other, workload, phase, params in sorted(places, key=lambda place: place[0]):
            ept, spt = (self.of(mmu, workload, phase, params=params) for mmu in ("ept", "spt"))
            native = self.of("ept", workload, phase, NATIVE, params=params)
            if ept and spt:
                won = winner(ept, spt)
                found.append(Pair(workload, phase, params, not other, ept, spt, native, won))
        return found

    def wholes(self):
        """[Pair] of the workloads modelled in all their phases, set-up among them, summed."""
        found = []
        for workload in self.suite.base:
            phases = [p for w, p in self.suite.pairs(*conditions.DECLARED) if w == workload]
            both = [
                [self.of(mmu, workload, phase, per_op=False) for phase in phases]
                for mmu in ("ept", "spt")
            ]
            if phases and all(all(bands) for bands in both):
                ept, spt = (Band(*map(sum, zip(*bands))) for bands in both)
                params = self.suite.base[workload]
                found.append(Pair(workload, None, params, True, ept, spt, None, winner(ept, spt)))
        return found


@functools.lru_cache(maxsize=None)
def models(suite, setting="4k"):
    """[Modelled] of the CPUs in the run, in the order of its rows."""
    found = {}
    for condition in suite.conditions:
        for sample in suite.results.of(condition):
            found.update(dict.fromkeys(cpus_of(sample)))
    return [Modelled(suite, cpu, setting) for cpu in found]


def figures(suite):
    """[(name, value, unit)]: the FIGURES of each CPU, then who is cheaper on the first."""
    found = []
    all_models = models(suite)
    for model in all_models:
        for name, mmu, workload, phase in FIGURES:
            cost = model.of(mmu, workload, phase)
            if cost:
                found.append(("%s.%s" % (name, model.cpu), cost.mid, UNIT))
    for model in all_models[:1]:
        pairs = model.pairs + model.wholes()
        for who in ("spt", "ept"):
            count = sum(pair.winner == who for pair in pairs)
            found.append(("model.%s_cheaper" % who, count, "phases and workloads"))
    return found + stale(suite.results)


def stale(results):
    """[(name, value, unit)]: TLB hits held against the tables in all runs of all engines."""
    found = []
    for name in ("checked", "found"):
        end = ".stale_" + name
        counts = [
            value
            for condition in results.samples
            for sample in results.of(condition)
            for counter, value in sample.items()
            if counter.endswith(end) and name_of_row(counter)
        ]
        found += [("stale." + name, sum(counts), "hits")] if counts or found else []
    return found
