# SPDX-License-Identifier: GPL-2.0
"""A workload as a whole: all its phases and their set-up, summed.

A phase alone leaves out what came before it: an EPT that set-up filled looks
free in every phase after. The whole has the price of that. wholes() gives one
for each workload that ran under both backends with the base parameters and
the default knobs; the report's headline counts them.
"""
import conditions
import measure
import sides


class Total:
    """The sums of a workload's phases under one backend; the medians of each phase are summed."""

    def __init__(self, measures):
        self.measures = measures
        self.cost = sum(m.total_cost for m in measures)
        self.exits = sum(m.total_exits for m in measures)
        self.executed = sum(m.total_executed for m in measures)
        self.setup_cost = sum(m.total_cost for m in measures if m.condition == conditions.SETUP)
        # A repetition is a run of all phases: its sum is one value of the interval.
        sums = [sum(costs) for costs in zip(*(m.costs for m in measures))]
        self.count = len(sums)
        self.low, self.high = measure.interval(sums)


class Whole:
    """A workload under both backends, for what a Sides is of a phase."""

    condition = None

    def __init__(self, workload, phases):
        self.workload = self.name = workload
        self.phases = phases
        self.ept = Total([p.ept for p in phases])
        self.spt = Total([p.spt for p in phases])
        # How often a workload goes over its warm phases is a parameter, so what they cost decides.
        self.open = [
            p
            for p in phases
            if p.winner == sides.UNMEASURED and p.condition == conditions.WARM
        ]
        self.winner, self.factor = measure.compare(self.ept, self.spt)
        if self.open:
            self.winner = sides.UNMEASURED

    @property
    def measured(self):
        """Does it count?"""
        return self.winner in sides.WINNERS

    def lead(self):
        """EPT's lead in what was measured, for each operation of the phases that were not.

        EPT is cheaper as a whole unless its TLB misses cost so much more there.
        None where all was measured.
        """
        if not self.open:
            return None
        return (self.spt.cost - self.ept.cost) / sum(p.ept.ops for p in self.open)


def wholes(suite):
    """[Whole] of the workloads that ran all their phases under both, in the order of the file."""
    found = []
    for workload in suite.base:
        phases = suite.all_sides(workload)
        if phases:
            found.append(Whole(workload, phases))
    return found
