# SPDX-License-Identifier: GPL-2.0
"""The arithmetic: from samples to costs per operation.

Everything that the report prints or plots is computed here, from one sample
(cost_of, exits_of, ...) or as the median over the repetitions of a condition
(Measure). The host's own interrupts end up in the guest's time; they are not
the workload's cost, so their exits and the time outside the guest that they
took are left out everywhere.
"""
import re
import statistics

# The exits that give the host its turn: its interrupts, and the end of the
# longest time that a guest may run without any.
HOST = ("EXTERNAL_INTERRUPT", "PREEMPTION_TIMER")

# The condition that a phase measures; cold and warm are never mixed.
COLD, WARM, CHANGE, EXIT = "cold", "warm", "change", "exit"
CONDITIONS = (COLD, WARM, CHANGE, EXIT)
CONDITION_TITLE = {
    COLD: "Cold: first touch, tables are being filled",
    WARM: "Warm: tables are complete, nothing changes",
    CHANGE: "Change: the guest edits or switches its page tables",
    EXIT: "Price of an exit: no memory work at all",
}
EXIT_WORKLOADS = {"hypercall", "port-io", "halt"}
CHANGE_PHASES = {"churn", "flip", "edit", "switch", "demand", "fork", "scan", "alternate"}
COLD_PHASES = {"build", "warm-up", "populate"}

# Two costs closer than this are called equal.
TIE = 0.02


def condition_of(workload, phase):
    """Which of the four conditions a phase of a workload stands for."""
    if workload in EXIT_WORKLOADS:
        return EXIT
    if phase in CHANGE_PHASES:
        return CHANGE
    if phase in COLD_PHASES or phase.startswith(("first-", "cold")):
        return COLD
    return WARM


def host_interrupts(sample):
    """VM exits that the host's own interrupts caused."""
    return sum(sample.get("exit." + reason, 0) for reason in HOST)


def tsc_of(sample):
    """TSC of the phase without what the host's interrupts took."""
    spent = sum(sample.get("outside_tsc." + reason, 0) for reason in HOST)
    if spent > sample["tsc"]:
        raise ValueError("the host's interrupts took longer than the whole phase")
    return sample["tsc"] - spent


def exits_total(sample):
    """VM exits of the phase without the host's interrupts."""
    return sample["vm_exits"] - host_interrupts(sample)


def executed_total(sample):
    """TLB flushes that the hypervisor executed.

    Without VPID every exit and entry flushes: also those for the host's
    interrupts, which are left out here as they are everywhere.
    """
    flushes = sum(v for c, v in sample.items() if c.startswith("flush_"))
    return flushes - min(host_interrupts(sample), sample.get("flush_transition", 0))


def trapped_total(sample):
    """TLB flushes that the guest asked for and the hypervisor trapped."""
    return sum(v for c, v in sample.items() if c.startswith("guest_flush_"))


def untrapped_total(sample):
    """TLB flushes that the guest executed and nobody else saw."""
    return sample.get("guest_untrapped_flushes", 0)


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
    """One condition: medians over its repetitions, per operation where said."""

    def __init__(self, samples):
        def per_op(total):
            return statistics.median(total(s) / s["ops"] for s in samples)

        self.count = len(samples)
        self.ops = int(statistics.median(s["ops"] for s in samples))
        costs = [tsc_of(s) / s["ops"] for s in samples]
        self.cost = statistics.median(costs)
        self.low, self.high = interval(costs)
        self.exits = per_op(exits_total)
        self.executed = per_op(executed_total)
        self.trapped = per_op(trapped_total)
        self.untrapped = per_op(untrapped_total)
        self.table_bytes = int(statistics.median(s["table_bytes"] for s in samples))
        self.guest_bytes = int(statistics.median(s["guest_table_bytes"] for s in samples))
        self.total_exits = int(statistics.median(exits_total(s) for s in samples))
        names = sorted({n for s in samples for n in by_name(s, "exit")})
        self.exits_by = {
            n: statistics.median(s.get("exit." + n, 0) / s["ops"] for s in samples) for n in names
        }


class Suite:
    """A run seen through its defaults: what belongs beside what.

    The base of a workload is the parameter set that most experiments of the
    suite use (ties: the first in the file); a base condition has the default
    value of every knob.
    """

    def __init__(self, results, knobs):
        self.results = results
        self.defaults = {name: default for name, (_, default) in knobs.items()}
        self.conditions = results.conditions(engine="hvbench")
        self.base = self.base_params()
        self.cache = {}

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

    def find(self, mmu, workload, phase, params=None, changed=None):
        """The Measure of one condition, or None where it was not run."""
        if params is None:
            params = self.base.get(workload)
        key = (mmu, workload, phase, params, tuple(sorted((changed or {}).items())))
        if key not in self.cache:
            self.cache[key] = None
            for c in self.conditions:
                if (c.mmu, c.workload, c.phase, c.params) == (
                    mmu,
                    workload,
                    phase,
                    params,
                ) and self.changed(c) == (changed or {}):
                    self.cache[key] = Measure(self.results.of(c))
                    break
        return self.cache[key]

    def variants(self):
        """The three that every comparison shows: {key: (mmu, changed knobs)}."""
        return {"ept": ("ept", {}), "spt": ("spt", {}), "vtlb": ("spt", {"spt.sync": "vtlb"})}

    def variant(self, key, workload, phase, params=None):
        """The Measure of one of the three variants."""
        mmu, changed = self.variants()[key]
        return self.find(mmu, workload, phase, params, changed)

    def pairs(self, condition=None):
        """[(workload, phase)] of the base conditions, in the order of the file."""
        seen = {}
        for c in self.conditions:
            if c.params == self.base[c.workload] and not self.changed(c):
                if condition in (None, condition_of(c.workload, c.phase)):
                    seen[(c.workload, c.phase)] = True
        return list(seen)

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
        """The phases of a workload, in the order of the file."""
        return list(dict.fromkeys(c.phase for c in self.conditions if c.workload == workload))

    def ablations(self):
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
