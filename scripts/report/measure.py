# SPDX-License-Identifier: GPL-2.0
"""The arithmetic: from samples to costs per operation.

Everything that the report prints or plots is computed here, from one sample
(cost_of, exits_of, ...) or as the median over the repetitions of a condition
(Measure). results.csv keeps the host's own exits and what they took apart, as
host_exits and host_tsc: they are in no other counter, and in no figure here.
"""
import statistics

import conditions

# Reasons of exits that are the host's own: its interrupts, and the end of the
# longest time that a guest may run without any.
HOST = ("EXTERNAL_INTERRUPT", "PREEMPTION_TIMER")

# Two costs closer than this are called equal.
TIE = 0.02


def tsc_of(sample):
    """TSC of the phase."""
    return sample["tsc"]


def exits_total(sample):
    """VM exits of the phase."""
    return sample["vm_exits"]


def executed_total(sample):
    """TLB flushes that the hypervisor executed."""
    return sum(v for c, v in sample.items() if c.startswith("flush_"))


def outside_total(sample):
    """TSC outside the guest, without what the host's interrupts took."""
    return sum(by_name(sample, "outside_tsc").values())


def trapped_total(sample):
    """TLB flushes that the guest asked for and the hypervisor trapped."""
    return sum(v for c, v in sample.items() if c.startswith("guest_flush_"))


def untrapped_total(sample):
    """TLB flushes that the guest executed and nobody else saw."""
    return sample.get("guest_untrapped_flushes", 0)


def look_tsc(sample):
    """TSC of the looks at a dirty log, from exit to entry; 0 where nobody looks.

    A guest looks by a port write, and does no other in such a phase.
    """
    looks = sample.get("log_collect", 0)
    if not looks:
        return 0
    if sample.get("exit.IO_INSTRUCTION", 0) != looks:
        raise ValueError("a phase looks %d times at its log, by other exits than I/O" % looks)
    return sample.get("outside_tsc.IO_INSTRUCTION", 0)


def by_name(sample, prefix):
    """{NAME: value} of the counters `prefix.NAME`, the host's interrupts left out."""
    skip = len(prefix) + 1
    return {
        c[skip:]: v
        for c, v in sample.items()
        if c.startswith(prefix + ".") and c[skip:] not in HOST
    }


def interval(values):
    """(low, high) about the median.

    From six values on it is the 95 % confidence interval of the median by
    order statistics; for fewer there is none, and it is the whole range.
    """
    ordered = sorted(values)
    count = len(ordered)
    below, chance = 0, 0.0
    if count >= 6:
        # P(fewer than k of n values lie below the median), n fair coins.
        chance = 0.5**count
        term = chance
        while True:
            term = term * (count - below) / (below + 1)
            if chance + term > 0.025:
                break
            chance += term
            below += 1
    return ordered[below], ordered[count - 1 - below]


class Measure:
    """One condition: medians over its repetitions, per operation where said.

    CONDITION is what the guest declared. EARLIER holds the phases of the same
    runs before this one: [(phase, Measure)].
    """

    def __init__(self, samples, condition=None, earlier=()):
        def per_op(total):
            return statistics.median(total(s) / s["ops"] for s in samples)

        self.count = len(samples)
        self.condition = condition
        self.ops = int(statistics.median(s["ops"] for s in samples))
        self.costs = [tsc_of(s) for s in samples]
        costs = [tsc_of(s) / s["ops"] for s in samples]
        self.cost = statistics.median(costs)
        self.low, self.high = interval(costs)
        self.exits = per_op(exits_total)
        self.executed = per_op(executed_total)
        self.trapped = per_op(trapped_total)
        self.untrapped = per_op(untrapped_total)
        self.table_bytes = int(statistics.median(s["table_bytes"] for s in samples))
        self.guest_bytes = int(statistics.median(s["guest_table_bytes"] for s in samples))
        self.total_cost = statistics.median(self.costs)
        self.total_exits = int(statistics.median(exits_total(s) for s in samples))
        self.total_executed = int(statistics.median(executed_total(s) for s in samples))
        # The hypervisor did nothing: the guest's own instructions are all that was executed.
        self.idle = not any(
            exits_total(s) or executed_total(s) or outside_total(s) for s in samples
        )
        self.fills = max(s.get("fault_fill", 0) for s in samples)
        self.filled_in = self.filled_before(earlier)
        names = sorted({n for s in samples for n in by_name(s, "exit")})
        # Of dirty logging: pages found written, looks, the cost of either.
        self.written = int(statistics.median(s.get("log_written", 0) for s in samples))
        self.looks = int(statistics.median(s.get("log_collect", 0) for s in samples))
        self.look_cost = self.written_cost = None
        if self.looks:
            self.look_cost = statistics.median(look_tsc(s) / s["log_collect"] for s in samples)
        if self.written:
            self.written_cost = statistics.median(
                (tsc_of(s) - look_tsc(s)) / s["log_written"] for s in samples
            )
        self.exits_by = {
            n: statistics.median(s.get("exit." + n, 0) / s["ops"] for s in samples) for n in names
        }


    def filled_before(self, earlier):
        """The phase that filled the tables of one that is declared cold and fills nothing."""
        if self.condition != conditions.COLD or self.fills:
            return None
        return max(
            ((m.fills, phase) for phase, m in earlier if m.fills),
            key=lambda entry: entry[0],
            default=(0, None),
        )[1]


def compare(ept, spt):
    """(winner, factor): 'ept', 'spt' or 'tie', and how many times cheaper it is.

    Equal means closer than TIE, or, from six repetitions on, intervals that
    overlap.
    """
    low, high = sorted((ept.cost, spt.cost))
    if low == 0:
        return ("tie", 1.0) if high == 0 else ("ept" if ept.cost == 0 else "spt", float("inf"))
    factor = high / low
    overlap = min(ept.count, spt.count) >= 6 and ept.low <= spt.high and spt.low <= ept.high
    if factor - 1 < TIE or overlap:
        return "tie", factor
    return ("ept" if ept.cost < spt.cost else "spt"), factor
