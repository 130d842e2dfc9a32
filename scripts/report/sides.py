# SPDX-License-Identifier: GPL-2.0
"""A phase, or a whole workload, under both backends: who is cheaper, if that was measured.

Sides is the only place that decides it; tables, pictures, figures and claims
ask it. The rules are stated in docs/method.md. They follow from the kind of
machine, the declared condition and the counters, never from a workload's name.

In emulation a TLB miss costs nothing, so where nothing else can differ there
is no result, which is not the same as a tie. And a phase is cold only for a
backend whose tables are empty in it: one whose tables set-up had filled is not
compared with one that fills them.
"""
import conditions
import measure
from results import name_of

# Beside ept, spt and tie: the metric can't tell; one side had been filled before.
UNMEASURED, FILLED = "unmeasured", "filled"
WINNERS = ("ept", "spt", "tie")
UNDER = {"ept": "EPT", "spt": "shadow paging"}


def measurable(measures, emulated):
    """Can this machine tell MEASURES, of one phase under several settings, apart?

    Not in emulation where no hypervisor did anything, since both then executed
    the guest's own instructions, nor in a phase declared warm whose costs are
    equal: what such a phase asks is the price of a TLB miss. A model of time would
    be asked here before they are given up.
    """
    known = [m for m in measures if m]
    if not emulated or not known:
        return True
    if all(m.idle for m in known):
        return False
    costs = [m.cost for m in known]
    warm = all(m.condition == conditions.WARM for m in known)
    return not warm or max(costs) - min(costs) >= measure.TIE * min(costs)


class Sides:
    """One phase under EPT and under shadow paging."""

    def __init__(self, workload, phase, ept, spt, emulated):
        self.workload, self.phase = workload, phase
        self.ept, self.spt = ept, spt
        self.condition = ept.condition
        self.name = name_of(workload, phase)
        self.winner, self.factor = measure.compare(ept, spt)
        if not measurable((ept, spt), emulated):
            self.winner = UNMEASURED
        elif self.filled():
            self.winner = FILLED

    @property
    def measured(self):
        """Does it count?"""
        return self.winner in WINNERS

    def filled(self):
        """{backend: the phase that filled its tables} in a cold phase that is not cold for it."""
        both = (("ept", self.ept), ("spt", self.spt))
        return {mmu: m.filled_in for mmu, m in both if m.filled_in is not None}

    def reason(self):
        """Why a cold phase is not cold for both, in words."""
        return " and ".join(
            "%s was filled in %s" % (UNDER[mmu], "set-up" if phase == conditions.SETUP else phase)
            for mmu, phase in self.filled().items()
        )


def won(sides, winner):
    """Those of SIDES that WINNER has; it may be a tie, UNMEASURED or FILLED."""
    return [s for s in sides if s.winner == winner]


def measured(sides):
    """Those that count."""
    return [s for s in sides if s.measured]
