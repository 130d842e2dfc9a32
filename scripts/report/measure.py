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

from results import ENGINE

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
EXIT_WORKLOADS = {"hypercall", "port-io"}
CHANGE_PHASES = {
    *("churn", "flip", "edit", "switch", "demand", "call"),
    *("fork", "child-write", "parent-write", "exit"),  # fork
    *("clear", "touch"),  # accessed-scan: the touches find their entries gone
    *("start", "protect", "copy", "scan", "unmap"),  # mixed; start is dirty-log's too
    "round",  # dirty-log
}
COLD_PHASES = {"build", "warm-up"}
# A phase that means another thing in one workload.
WARM_PLACES = {("accessed-scan", "scan")}  # it reads the tables, and changes nothing

# A parameter with so many values is a sweep; with fewer it is a choice.
SWEEP = 4

# Two costs closer than this are called equal.
TIE = 0.02

# The ways of shadow paging that are held against each other: what differs from
# the default knobs. Words for people are in STRATEGY_TITLE.
STRATEGIES = {
    "unsync": {},
    "vtlb": {"spt.sync": "vtlb"},
    "trap": {"spt.sync": "trap"},
    "filter": {"spt.sync": "trap", "spt.filter": "on"},
}
# A filter changes who sees a fault, not what the tables hold.
STRATEGIES_IN_MEMORY = ("unsync", "vtlb", "trap")
STRATEGY_TITLE = {"unsync": "unsync", "vtlb": "vtlb", "trap": "trap", "filter": "trap + filter"}


def condition_of(workload, phase):
    """Which of the four conditions a phase of a workload stands for."""
    if workload in EXIT_WORKLOADS:
        return EXIT
    if (workload, phase) in WARM_PLACES:
        return WARM
    if phase in CHANGE_PHASES:
        return CHANGE
    if phase in COLD_PHASES or phase.startswith("first-"):
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

    @staticmethod
    def key(mmu, workload, phase, params, changed):
        """What stands for a condition in the index."""
        return (mmu, workload, phase, params, tuple(sorted(changed.items())))

    def find(self, mmu, workload, phase, params=None, changed=None):
        """The Measure of one condition, or None where it was not run."""
        if params is None:
            params = self.base.get(workload)
        key = self.key(mmu, workload, phase, params, changed or {})
        if key not in self.index:
            return None
        if key not in self.cache:
            self.cache[key] = Measure(self.results.of(self.index[key]))
        return self.cache[key]

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

    def pairs(self, condition=None):
        """[(workload, phase)] of the base conditions, in the order of the file."""
        seen = {}
        for c in self.conditions:
            # Set-up is no answer to a question: it is part of a workload as a whole.
            if self.results.declared.get((c.workload, c.phase)) == "setup":
                continue
            if c.params == self.base[c.workload] and not self.changed(c):
                if condition in (None, condition_of(c.workload, c.phase)):
                    seen[(c.workload, c.phase)] = True
        return list(seen)

    def last_phases(self):
        """{workload: its last base phase}, in the order of the file."""
        return dict(self.pairs())

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

    def memory(self):
        """[(workload, bytes of guest tables, of the EPT, {strategy: of the shadow})].

        Base parameters, at the end of the last phase; only workloads that ran
        under EPT and under every strategy that the run holds, so that sums over
        them compare.
        """
        held = []
        for workload, phase in self.last_phases().items():
            ept = self.find("ept", workload, phase)
            shadow = {
                s: self.find("spt", workload, phase, None, STRATEGIES[s])
                for s in STRATEGIES_IN_MEMORY
            }
            held.append((workload, ept, {s: m for s, m in shadow.items() if m}))
        wanted = {s for _, _, shadow in held for s in shadow}
        return [
            (w, ept.guest_bytes, ept.table_bytes, {s: m.table_bytes for s, m in shadow.items()})
            for w, ept, shadow in held
            if ept and ept.guest_bytes and set(shadow) == wanted
        ]

    def overhead(self):
        """{"ept" or strategy: bytes of tables per byte of guest tables}, over memory()."""
        rows = self.memory()
        guest = sum(r[1] for r in rows)
        if not guest:
            return {}
        sums = {"ept": sum(r[2] for r in rows)}
        sums.update({s: sum(r[3][s] for r in rows) for s in rows[0][3]})
        return {name: total / guest for name, total in sums.items()}

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
        """The phases of a workload, in the order of the file."""
        return list(dict.fromkeys(c.phase for c in self.conditions if c.workload == workload))

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
