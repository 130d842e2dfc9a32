# SPDX-License-Identifier: GPL-2.0
"""KVM beside our module: which conditions belong together, and ours by KVM's.

Peers finds for every condition of engine kvm its counterpart of ours and puts
totals of the phase side by side, medians over the repetitions. The host's
interrupts are left out of both. beside.py tells of it in the report,
peer-check holds a run against another one, and both read peer.tsv's rows from
here. docs/method.md says what is fair about it.
"""
import collections
import csv
import math
import statistics

import conditions
import measure
import modelled
import results

EXITS, FLUSHES, OUTSIDE, TABLES = "exits", "flushes", "outside", "table_pages"
# Modelled cycles outside the guest, on the first CPU of the run; in no row of peer.tsv.
MODEL = "model"
# Of KVM's TSC what the host's interrupts took, which is an estimate; in no row either.
ESTIMATE = "estimate"
COLUMNS = ["mmu", "workload", "params", "phase", "log", "knobs", "quantity", "ours", "kvm", "ratio"]
# In the column of knobs, where none of KVM's is changed but log.
DEFAULT = "default"
NO_GAP = (
    "no two runs under EPT differ in ept.fill alone, so nothing tells what an exit takes beside "
    "what the module sees of it"
)


class PeerError(Exception):
    """The two engines' rows, or a peer.tsv, cannot be used; one sentence says why."""


class Row(collections.namedtuple("Row", "mmu workload params phase log knobs quantity ours kvm")):
    """One quantity of one phase, under both engines."""

    __slots__ = ()

    @property
    def place(self):
        """What the row is about, without the quantity."""
        return self[:6]

    @property
    def ratio(self):
        """Ours by KVM's; None where both are 0."""
        return ratio_of(self.ours, self.kvm)


# One phase under both engines; both: {quantity: (ours, KVM's)}; ops is of either.
# by_reason: (ours, KVM's) exits as {reason: exits}, KVM's None where nobody told.
Pair = collections.namedtuple("Pair", "mmu workload params phase log knobs ops both by_reason")


def ratio_of(ours, kvm):
    """Ours by KVM's: inf where KVM has none, None where neither has any."""
    if kvm:
        return ours / kvm
    return math.inf if ours else None


def behind(rows):
    """The rows of one phase in which KVM is better.

    Where neither exits, both ran the guest's instructions and nothing else: what
    their TSC differs by is the estimate of the host's share.
    """
    quiet = any(r.quantity == EXITS and not r.ours and not r.kvm for r in rows)
    return [
        r for r in rows if r.ours > r.kvm and not (quiet and r.quantity in results.TSC_UNITS)
    ]


def by_place(rows):
    """{place: [Row]} in the order of the rows."""
    found = {}
    for row in rows:
        found.setdefault(row.place, []).append(row)
    return found


def over(samples, total):
    """The median over the repetitions."""
    return statistics.median(total(s) for s in samples)


def kvm_exits(sample):
    """VM exits of a phase under KVM."""
    return measure.exits_total(sample)


def kvm_tsc(sample):
    """TSC of a phase under KVM."""
    return measure.tsc_of(sample)


def flushes_from_functions(sample):
    """Did the kernel let its flushes be counted?"""
    return any(c.startswith("flush_") for c in sample)


def kvm_flushes(sample):
    """Flushes that KVM executed; without the counts of its functions a lower bound of them.

    None where nothing tells of them.
    """
    if flushes_from_functions(sample):
        return measure.executed_total(sample)
    if "kvm.tlb_flush" in sample:
        return sample["kvm.tlb_flush"] + sample.get("guest_flush_invlpg", 0)
    return None


def all_exits(sample):
    """VM exits with the host's own."""
    return sample["vm_exits"] + sample.get("host_exits", 0)


def inside(sample, gap):
    """TSC inside the guest: what the module did not see, less the gap of every exit.

    The host's own exits have their gap too.
    """
    return sample["tsc"] - sample["outside_tsc"] - gap * all_exits(sample)


def gap_of(suite):
    """TSC of an exit that the module's two looks at the TSC don't span, or None.

    It looks some instructions after a VM exit and some before the entry. Two EPT
    runs that differ in ept.fill alone have the same instructions inside the
    guest, so what else differs is the gap of the exits that one has more.
    """
    found = []
    for c in suite.conditions:
        changed = suite.changed(c)
        if c.mmu != "ept" or changed.pop("ept.fill", None) is None:
            continue
        single = suite.index.get(suite.key(c.mmu, c.workload, c.phase, c.params, changed))
        if single:
            few, many = (suite.results.of(x) for x in (c, single))
            exits = over(many, all_exits) - over(few, all_exits)
            unseen = over(many, lambda s: inside(s, 0)) - over(few, lambda s: inside(s, 0))
            if exits:
                found.append(unseen / exits)
    return statistics.median(found) if found else None


def reasons(samples):
    """{reason: exits} of a phase, None where the run does not tell."""
    told = any(measure.by_name(s, "exit") for s in samples)
    if not told and any(s["vm_exits"] for s in samples):
        return None
    names = sorted({n for s in samples for n in measure.by_name(s, "exit")})
    return {n: over(samples, lambda s, n=n: s.get("exit." + n, 0)) for n in names}


def changed_words(knobs, defaults):
    """Of the knobs that KVM has, those that are not at their default."""
    changed = ["%s=%s" % k for k in knobs.items() if k[1] not in ("-", defaults.get(k[0]))]
    return " ".join(changed) or DEFAULT


def kvm_does(mmu, knobs):
    """[(knob of ours, value)]: what KVM does that it has no knob for, and that counts.

    Its leaves are as large as the host's pages let them be. Its EPT has A/D bits, with
    which a walk's own access to a guest table is a write: where writes are caught for a
    log, that is an exit.
    """
    found = []
    if knobs.get("backing") in ("2m", "1g"):
        found.append(("ept.leaf", knobs["backing"]) if mmu == "ept" else ("spt.large", "on"))
    if mmu == "ept" and knobs.get("log") == "fault":
        found.append(("ept.ad", "on"))
    return found


class Peers:
    """A run's conditions of engine kvm beside ours."""

    def __init__(self, suite):
        self.suite = suite
        self.unit = suite.results.tsc_unit
        self.quantities = (EXITS, FLUSHES, self.unit, OUTSIDE, TABLES)
        self.conditions = suite.results.conditions(engine=results.KVM)
        # On the metal a transition has a price, which no gap of instructions is.
        self.gap = gap_of(suite) if suite.results.emulated else None
        self.pairs, self.alone = [], []
        ours = {}
        for c in suite.conditions:
            ours.setdefault((c.mmu, c.workload, c.params, c.phase), []).append(c)
        for c in self.conditions:
            counterpart = self.counterpart(
                c, ours.get((c.mmu, c.workload, c.params, c.phase), [])
            )
            if counterpart:
                self.pairs.append(self.pair(counterpart, c))
            else:
                self.alone.append(c)

    def counterpart(self, condition, candidates):
        """Ours with the same knobs, as far as KVM has them, and the fewest others changed."""
        knobs = dict(condition.knobs)
        fixed = [(k, v) for k, v in knobs.items() if v != "-"] + kvm_does(condition.mmu, knobs)
        same = [c for c in candidates if all(dict(c.knobs)[k] == v for k, v in fixed)]
        return min(same, key=lambda c: len(self.suite.changed(c)), default=None)

    def pair(self, our_condition, condition):
        """Both sides of one phase."""
        ours, kvm = (self.suite.results.of(c) for c in (our_condition, condition))
        ops = [over(side, lambda s: s["ops"]) for side in (ours, kvm)]
        if ops[0] != ops[1]:
            raise PeerError(
                "%s %s, phase %s, has %d operations under hvbench and %d under kvm: the guest did "
                "not do the same"
                % (condition.mmu, condition.workload, condition.phase, ops[0], ops[1])
            )
        knobs = dict(condition.knobs)
        log = knobs.pop("log", "-")
        told = reasons(kvm)
        return Pair(
            condition.mmu,
            condition.workload,
            condition.params,
            condition.phase,
            log,
            changed_words(knobs, self.suite.defaults),
            ops[0],
            self.both(ours, kvm),
            None if told is None else (reasons(ours) or {}, told),
        )

    def both(self, ours, kvm):
        """{quantity: (ours, KVM's)} of one phase; what the run can't tell is not there."""
        found = {EXITS: (over(ours, measure.exits_total), over(kvm, kvm_exits))}
        if kvm_flushes(kvm[0]) is not None:
            found[FLUSHES] = (over(ours, measure.executed_total), over(kvm, kvm_flushes))
        found[self.unit] = (over(ours, measure.tsc_of), self.tsc_of_kvm(ours, kvm))
        if self.gap is not None:
            found[OUTSIDE] = (
                over(ours, lambda s: s["outside_tsc"] + self.gap * measure.exits_total(s)),
                self.outside_of_kvm(ours, kvm),
            )
        found[ESTIMATE] = (0, over(kvm, lambda s: s.get("host_tsc", 0)))
        modelled_on = [cpu for cpu in modelled.cpus_of(ours[0]) if cpu in modelled.cpus_of(kvm[0])]
        if modelled_on:
            row = "model.%s.host.cycles_mid" % modelled_on[0]
            found[MODEL] = tuple(over(side, lambda s: s[row]) for side in (ours, kvm))
        if "table_pages" in kvm[0]:
            found[TABLES] = tuple(over(side, lambda s: s["table_pages"]) for side in (ours, kvm))
        return found

    def tsc_of_kvm(self, ours, kvm):
        """KVM's phase: at least the guest's own instructions, where they are known.

        A tick that waited for the guest's last exit is estimated, but not in the TSC.
        """
        tsc = over(kvm, kvm_tsc)
        if self.gap is None:
            return tsc
        return max(tsc, over(ours, lambda s: inside(s, self.gap)))

    def outside_of_kvm(self, ours, kvm):
        """What is left of KVM's phase without the instructions inside the guest."""
        if not over(kvm, kvm_exits):
            return 0
        return self.tsc_of_kvm(ours, kvm) - over(ours, lambda s: inside(s, self.gap))

    def rows(self):
        """[Row] in the order of results.csv."""
        return [
            Row(*p[:6], quantity, *p.both[quantity])
            for p in self.pairs
            for quantity in self.quantities
            if quantity in p.both
        ]

    def measurable(self, pair):
        """Can TSC tell the engines apart? As sides.py has it, with KVM in place of a backend."""
        if not self.suite.results.emulated:
            return True
        if not any(n for q in (EXITS, FLUSHES) for n in pair.both.get(q, ())):
            return False
        low, high = sorted(pair.both[self.unit])
        return self.suite.declared(pair) != conditions.WARM or high - low >= measure.TIE * low

    def ratios(self, mmu, quantity):
        """Ours by KVM's in every phase where one of them has any and it was measured."""
        found = [
            p.both[quantity]
            for p in self.pairs
            if p.mmu == mmu and quantity in p.both
            if quantity != self.unit or self.measurable(p)
        ]
        return [r for r in (ratio_of(*b) for b in found) if r is not None]

    def worst(self, mmu, quantity):
        """The largest of ours by KVM's, None where neither has any."""
        return max(self.ratios(mmu, quantity), default=None)

    def geomean(self, mmu, quantity=OUTSIDE):
        """(geometric mean of ours by KVM's outside the guest, phases) where both have some."""
        found = [r for r in self.ratios(mmu, quantity) if 0 < r < math.inf]
        if not found:
            return None, 0
        return math.exp(statistics.fmean(math.log(r) for r in found)), len(found)

    def deviation(self):
        """(most TSC of an exit, phases): how far inside under our two MMUs is apart.

        It should be the same, but for an instruction that is the guest's under
        EPT and performed for it under shadow paging.
        """
        apart = []
        for c in self.suite.conditions:
            place = (c.workload, c.phase, c.params)
            nested = self.suite.index.get(self.suite.key("ept", *place, {}))
            if c.mmu == "spt" and nested and not self.suite.changed(c):
                samples = self.suite.results.of(c)
                exits = over(samples, lambda s: s["vm_exits"])
                if exits:
                    shadow, plain = (
                        over(x, lambda s: inside(s, self.gap))
                        for x in (samples, self.suite.results.of(nested))
                    )
                    apart.append(abs(shadow - plain) / exits)
        return max(apart, default=0), len(apart)

    def figures(self):
        """[(name, ratio)] for figures.tsv; None where the run can't give it."""
        emulated = self.suite.results.emulated
        found = []
        for mmu in results.MMUS:
            if emulated:
                found.append(("kvm.insn.geomean." + mmu, self.geomean(mmu)[0]))
            for word, quantity in (
                ("insn" if emulated else self.unit, self.unit),
                (EXITS, EXITS),
                (FLUSHES, FLUSHES),
            ):
                found.append(("kvm.%s.worst.%s" % (word, mmu), self.worst(mmu, quantity)))
            if self.ratios(mmu, MODEL):
                found.append(("kvm.model.geomean." + mmu, self.geomean(mmu, MODEL)[0]))
                found.append(("kvm.model.worst." + mmu, self.worst(mmu, MODEL)))
        return found

    def missing(self):
        """A sentence for everything that the run can't say of KVM."""
        if not self.conditions:
            return ["kvm.* is not available: the run holds no rows of engine kvm"]
        lone = [m for m in results.MMUS if not any(p.mmu == m for p in self.pairs)]
        words = [
            "kvm.*.%s is not available: no rows of engine kvm to compare with" % mmu for mmu in lone
        ]
        gapless = self.suite.results.emulated and self.gap is None
        if gapless:
            words.append("kvm.insn.geomean is not available: " + NO_GAP)
        words += [
            "%s is not available: there is nothing to divide by" % name
            for name, value in self.figures()
            if value is None
            and name.rsplit(".", 1)[1] not in lone
            and not (gapless and ".geomean." in name)
        ]
        if self.alone:
            words.append(
                "%d phases of engine kvm have no counterpart among ours and are left out, the "
                "first is %s of %s under %s"
                % (len(self.alone), self.alone[0].phase, self.alone[0].workload, self.alone[0].mmu)
            )
        return words


def written(value):
    """A number as it stands in peer.tsv."""
    return "-" if value is None else "%.10g" % value


def write(path, rows):
    """Write peer.tsv."""
    with open(path, "w", encoding="utf-8") as out:
        for fields in [COLUMNS] + [
            [*r[:-2], *(written(v) for v in (r.ours, r.kvm, r.ratio))] for r in rows
        ]:
            out.write("\t".join(fields) + "\n")


def read(path):
    """[Row] of a peer.tsv; PeerError says what is wrong with it."""
    with open(path, encoding="utf-8", newline="") as file:
        lines = list(csv.reader(file, delimiter="\t"))
    if not lines or lines[0] != COLUMNS:
        raise PeerError("%s has not the columns %s" % (path, " ".join(COLUMNS)))
    found = []
    for number, fields in enumerate(lines[1:], 2):
        try:
            *place, ours, kvm, _ = fields
            found.append(Row(*place, float(ours), float(kvm)))
        except (TypeError, ValueError):
            raise PeerError("%s line %d is damaged" % (path, number)) from None
    if not found:
        raise PeerError("%s holds a header and no rows" % path)
    return found
