# SPDX-License-Identifier: GPL-2.0
"""What the tables of EPT and of each shadow strategy take beside the guest's own.

Bytes of the hypervisor's tables for each byte of the guest's, workload by
workload. The median over the workloads stands for all of them: a sum would be
that of the one workload with most tables.
"""
import collections
import statistics

from suite import STRATEGIES

# A filter changes who sees a fault, not what the tables hold.
STRATEGIES_IN_MEMORY = ("unsync", "vtlb", "trap")

# One workload: bytes of guest tables, of the EPT, and {strategy: of the shadow}.
Row = collections.namedtuple("Row", "workload guest ept shadow")


class Overhead:
    """Bytes of tables for each byte of the guest's: median and range over the workloads."""

    def __init__(self, ratios):
        self.ratios = ratios  # {workload: ratio}
        self.median = statistics.median(ratios.values())
        self.lowest = min(ratios, key=ratios.get)
        self.highest = max(ratios, key=ratios.get)
        self.low, self.high = ratios[self.lowest], ratios[self.highest]


def rows(suite):
    """[Row] with the base parameters, in bytes, at the end of the last phase.

    Only workloads that ran under EPT and under every strategy that the run
    holds, so that the medians are over the same workloads.
    """
    held = []
    for workload, phase in dict(suite.pairs()).items():
        ept = suite.find("ept", workload, phase)
        shadow = {
            s: suite.find("spt", workload, phase, None, STRATEGIES[s])
            for s in STRATEGIES_IN_MEMORY
        }
        held.append((workload, ept, {s: m for s, m in shadow.items() if m}))
    wanted = {s for _, _, shadow in held for s in shadow}
    return [
        Row(w, ept.guest_bytes, ept.table_bytes, {s: m.table_bytes for s, m in shadow.items()})
        for w, ept, shadow in held
        if ept and ept.guest_bytes and set(shadow) == wanted
    ]


def overhead(suite):
    """{"ept" or strategy: Overhead} over rows()."""
    found = rows(suite)
    if not found:
        return {}
    ratios = {"ept": {r.workload: r.ept / r.guest for r in found}}
    for strategy in found[0].shadow:
        ratios[strategy] = {r.workload: r.shadow[strategy] / r.guest for r in found}
    return {name: Overhead(of) for name, of in ratios.items()}
