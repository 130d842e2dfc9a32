# SPDX-License-Identifier: GPL-2.0
"""A run seen through its defaults: what belongs beside what.

Suite finds the Measure of a condition, the phases and workloads that ran under
both backends, sweeps, and the memory of every strategy.
"""
import re

import conditions
from measure import Measure
from results import ENGINE
from sides import Sides

# A parameter with so many values is a sweep; with fewer it is a choice.
SWEEP = 4

# The ways of shadow paging that are held against each other: what differs from
# the default knobs. Words for people are in STRATEGY_TITLE.
STRATEGIES = {
    "unsync": {},
    "vtlb": {"spt.sync": "vtlb"},
    "trap": {"spt.sync": "trap"},
    "filter": {"spt.sync": "trap", "spt.filter": "on"},
}
STRATEGY_TITLE = {"unsync": "unsync", "vtlb": "vtlb", "trap": "trap", "filter": "trap + filter"}


class Suite:
    """A run seen through its defaults: what belongs beside what.

    The base of a workload is the parameter set that most experiments of the
    suite use (ties: the first in the file); a base condition has the default
    value of every knob.
    """

    def __init__(self, results, knobs):
        self.results = results
        self.defaults = {name: default for name, (_, default) in knobs.items()}
        self.choices = {name: words for name, (words, _) in knobs.items()}
        self.conditions = results.conditions(engine=ENGINE)
        self.base = self.base_params()
        self.index = {}
        for c in self.conditions:
            key = self.key(c.mmu, c.workload, c.phase, c.params, self.changed(c))
            self.index.setdefault(key, c)
        self.runs = {}
        for c in self.conditions:
            self.runs.setdefault(self.run_of(c), []).append(c)
        self.cache = {}

    @staticmethod
    def run_of(condition):
        """What the phases of the same runs have in common."""
        return condition._replace(phase=None)

    def declared(self, condition):
        """What the guest says that the phase measures; CONDITION may be anything with both names."""
        return self.results.declared[(condition.workload, condition.phase)]

    def base_params(self):
        """{workload: params} of the base of every workload."""
        used = {}
        for c in self.conditions:
            used.setdefault(c.workload, {}).setdefault(c.params, set()).add((c.mmu, c.knobs))
        return {w: max(sets, key=lambda p, s=sets: len(s[p])) for w, sets in used.items()}

    def applies(self, knob, mmu):
        """Does KNOB mean anything to MMU? (ept.x does not to spt)"""
        owner, dot, _ = knob.partition(".")
        return not dot or owner == mmu

    def changed(self, condition):
        """The knobs that differ from their defaults, as {knob: word}."""
        return {
            k: v
            for k, v in condition.knobs
            if self.applies(k, condition.mmu) and v != self.defaults.get(k)
        }

    @staticmethod
    def key(mmu, workload, phase, params, changed):
        """What stands for a condition in the index."""
        return (mmu, workload, phase, params, tuple(sorted(changed.items())))

    def find(self, mmu, workload, phase, params=None, changed=None):
        """The Measure of one condition, or None where it was not run."""
        condition = self.condition(mmu, workload, phase, params, changed)
        return self.measure(condition) if condition else None

    def condition(self, mmu, workload, phase, params=None, changed=None):
        """The Condition itself, or None; PARAMS of the base, CHANGED nothing."""
        if params is None:
            params = self.base.get(workload)
        return self.index.get(self.key(mmu, workload, phase, params, changed or {}))

    def measure(self, condition):
        """The Measure of a condition, which knows the phases before it."""
        if condition not in self.cache:
            phases = self.runs[self.run_of(condition)]
            earlier = phases[: phases.index(condition)]
            self.cache[condition] = Measure(
                self.results.of(condition),
                self.declared(condition),
                [(c.phase, self.measure(c)) for c in earlier],
            )
        return self.cache[condition]

    def variants(self):
        """Those that every comparison shows: {key: (mmu, changed knobs)}."""
        return {
            "ept": ("ept", {}),
            "spt": ("spt", STRATEGIES["unsync"]),
            "vtlb": ("spt", STRATEGIES["vtlb"]),
            "trap": ("spt", STRATEGIES["trap"]),
        }

    def variant(self, key, workload, phase, params=None):
        """The Measure of one of the variants."""
        mmu, changed = self.variants()[key]
        return self.find(mmu, workload, phase, params, changed)

    def pairs(self, *wanted):
        """[(workload, phase)] of the base conditions, in the order of the file.

        WANTED are the declared conditions; without any, all but set-up.
        """
        wanted = wanted or conditions.CONDITIONS
        seen = {}
        for c in self.conditions:
            if c.params == self.base[c.workload] and not self.changed(c):
                if self.declared(c) in wanted:
                    seen[(c.workload, c.phase)] = True
        return list(seen)

    def side(self, workload, phase, params=None, changed=None):
        """The Sides of one phase, None unless it ran under both backends."""
        both = [self.find(mmu, workload, phase, params, changed) for mmu in ("ept", "spt")]
        return Sides(workload, phase, *both, self.results.emulated) if all(both) else None

    def sides(self, *wanted):
        """[Sides] of the base phases that ran under both backends; WANTED as for pairs()."""
        found = [self.side(w, p) for w, p in self.pairs(*wanted)]
        return [s for s in found if s]

    def all_sides(self, workload):
        """[Sides] of every base phase of a workload; [] unless all of them ran under both."""
        pairs = [pair for pair in self.pairs(*conditions.DECLARED) if pair[0] == workload]
        found = [s for s in self.sides(*conditions.DECLARED) if s.workload == workload]
        return found if len(found) == len(pairs) else []

    def best(self, workload, phase):
        """(changed knobs, Measure) of the best way of shadow paging, or None.

        Base parameters, any knobs of the shadow backend and no others: the
        fewest exits, to a hundredth of one, then the lowest cost, then the fewest
        knobs changed.
        """
        found = []
        for c in self.conditions:
            changed = self.changed(c)
            if (c.mmu, c.workload, c.phase) == ("spt", workload, phase):
                if c.params == self.base[workload] and all(k.startswith("spt.") for k in changed):
                    found.append((changed, self.find("spt", workload, phase, None, changed)))

        def rank(entry):
            changed, m = entry
            return round(m.exits, 2), m.cost, len(changed)

        return min(found, key=rank) if found else None

    def choices_of_guest(self):
        """[(workload, param, [(value, params)])]: what the guest itself can choose.

        Parameters with few values beside the base; those with more are sweeps.
        """
        found = []
        for workload, params in self.base.items():
            for param in split_params(params):
                values = self.sweep(workload, param)
                if 2 <= len(values) < SWEEP and params in [p for _, p in values]:
                    found.append((workload, param, values))
        return found

    def sweep(self, workload, param):
        """[(value, params)] of the parameter sets that differ from the base in PARAM only."""
        base = split_params(self.base.get(workload, ""))
        if param not in base:
            return []
        found = {}
        for c in self.conditions:
            if c.workload != workload or self.changed(c):
                continue
            other = split_params(c.params)
            if set(other) == set(base) and all(other[k] == base[k] for k in base if k != param):
                found[other[param]] = c.params
        return sorted(found.items())

    def phases(self, workload):
        """The phases of a workload but its set-up, in the order of the file."""
        return list(
            dict.fromkeys(
                c.phase
                for c in self.conditions
                if c.workload == workload and self.declared(c) != conditions.SETUP
            )
        )

    def settings(self):
        """[(mmu, changed knobs)] other than the defaults, in the order of the file."""
        seen = {}
        for c in self.conditions:
            changed = self.changed(c)
            if changed:
                seen[(c.mmu, tuple(sorted(changed.items())))] = True
        return [(mmu, dict(changed)) for mmu, changed in seen]


def split_params(text):
    """`pages=4 seed=1` as {'pages': 4, 'seed': 1}."""
    return {k: int(v) for k, v in re.findall(r"(\S+?)=([0-9]+)", text)}
