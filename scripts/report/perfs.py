# SPDX-License-Identifier: GPL-2.0
"""perf.json: what perf stat counted in whole runs.

The file is made by `make perf` (scripts/whole), which counts in passes: the
module's events and perf's own ones together, the hardware's in runs of their own.
An event that the machine has not, or that never got a counter, is missing and
said to be; only the module's must be there.
"""
import math
import os

import whole
from measure import HOST
from whole import Row, Series

OURS, SOFTWARE, HARDWARE = "ours", "software", "hardware"
KINDS = (OURS, SOFTWARE, HARDWARE)

# How cycles of walks and walks of EPT tables go together, see scripts/whole/events.
APART, BESIDE, NONE = "apart", "beside", "none"
EPT_WALKS = "ept_walk_cycles"
WALKS = "_walk_cycles"


class Side:
    """One run line under one backend: [{event: value or None}] of each pass."""

    def __init__(self):
        self.passes = {}

    def values(self, total):
        """TOTAL of every sample that has all it needs, as a Series or None."""
        found = []
        for samples in self.passes.values():
            for sample in samples:
                try:
                    found.append(total(sample))
                except (KeyError, TypeError):
                    continue  # of another pass, or not counted
        return Series(found) if found else None

    def event(self, name):
        """The Series of one event, None where it was never counted."""
        return self.values(lambda sample: sample[name] + 0)


class Perfs:
    """What was counted: meta, a Row of two Sides for every workload."""

    def __init__(self, meta):
        self.meta = meta
        self.rows = []
        self.troubles = {}  # event: [why it was not counted]
        self.shares = {}  # event: the least percentage of the time that it was counted

    def events(self, kind):
        """[description] of the events of a kind."""
        return [e for e in self.meta["events"] if e["kind"] == kind]

    @property
    def hardware(self):
        """Was any event of the hardware asked for?"""
        return bool(self.events(HARDWARE))

    def walk_events(self):
        """The events whose sum is the cycles of page walks."""
        names = [e["name"] for e in self.events(HARDWARE) if e["name"].endswith(WALKS)]
        if self.meta["ept_walks"] != APART:
            names = [n for n in names if n != EPT_WALKS]
        return names


def exits(side):
    """VM exits without the host's turns, which are left out everywhere."""
    hosts = ["exit_" + reason.lower() for reason in HOST]
    return side.values(lambda s: s["vm_exits"] - sum(s[h] for h in hosts))


def flushes(side):
    """TLB flushes that the hypervisor executed."""
    return side.event("tlb_flush_vmm")


def walks(perfs, side):
    """Cycles of page walks, None where one of the events is missing."""
    names = perfs.walk_events()
    return side.values(lambda s: sum(s[n] for n in names)) if names else None


def walk_share(perfs, side):
    """Walk cycles as a share of all cycles of the run."""
    names = perfs.walk_events()
    if not names:
        return None
    return side.values(lambda s: sum(s[n] for n in names) / (s["cpu_cycles"] or None))


def check_events(file):
    """meta's list of events: {pass: [description]}."""
    found = {}
    for event in file.field(file.meta, "events", list):
        for key in ("pass", "kind", "name", "event", "intel"):
            file.field(event, key, str)
        file.check(event["kind"] in KINDS, "has an event of the kind '%s'" % event["kind"])
        found.setdefault(event["pass"], []).append(event)
    names = [e["name"] for events in found.values() for e in events]
    file.check(len(names) == len(set(names)), "names an event twice")
    needed = ["vm_exits", "tlb_flush_vmm"] + ["exit_" + reason.lower() for reason in HOST]
    for name in needed:
        file.check(name in names, "counts no '%s'" % name)
    if HARDWARE in [e["kind"] for events in found.values() for e in events]:
        file.check(
            file.meta.get("ept_walks") in (APART, BESIDE, NONE),
            "does not say how its walk cycles and EPT go together",
        )
    else:
        file.field(file.meta, "absent", str)
    return found


def value_of(file, event, line, troubles):
    """The number in one of perf's lines, None where it says why there is none."""
    text = file.field(line, "counter-value", str)
    if text in ("<not supported>", "<not counted>"):
        file.check(
            event["kind"] != OURS, "has '%s' for the module's own %s" % (text, event["name"])
        )
        words = troubles.setdefault(event["name"], [])
        if text.strip("<>") not in words:
            words.append(text.strip("<>"))
        return None
    try:
        value = float(text)
    except ValueError:
        value = -1
    file.check(
        0 <= value < math.inf,
        "has the value '%s' for %s, which is no number" % (text, event["name"]),
    )
    return value


def sample_of(file, record, events, perfs):
    """{event: value or None} of one run."""
    lines = file.field(record, "events", list)
    names = [file.field(line, "event", str).split(":")[0] for line in lines]
    file.check(
        names == [e["name"] for e in events],
        "has the events %s where %s were asked for"
        % (", ".join(names) or "none", ", ".join(e["name"] for e in events)),
    )
    sample = {}
    for event, line in zip(events, lines):
        value = value_of(file, event, line, perfs.troubles)
        sample[event["name"]] = value
        share = file.field(line, "pcnt-running", (int, float))
        if value is not None:
            name = event["name"]
            perfs.shares[name] = min(share, perfs.shares.get(name, share))
    return sample


def load(run_dir, emulated):
    """The Perfs of a run folder, None where perf counted nothing."""
    path = os.path.join(run_dir, "perf.json")
    if not os.path.exists(path):
        return None
    file = whole.File(path)
    file.check_meta(emulated)
    events = check_events(file)
    perfs, sides = Perfs(file.meta), {}
    for record in file.field(file.top, "runs", list):
        run, mmu = file.field(record, "run", str), file.field(record, "mmu", str)
        stage = file.field(record, "pass", str)
        file.check_mmu(mmu)
        file.check(run.split(), "has a run without a workload")
        file.check(stage in events, "has a pass '%s' that its list of events has not" % stage)
        both = sides.setdefault(run, {m: Side() for m in whole.MMUS})
        both[mmu].passes.setdefault(stage, []).append(
            sample_of(file, record, events[stage], perfs)
        )
    file.check(sides, "holds no run")
    for run, both in sides.items():
        for mmu, side in both.items():
            for stage in events:
                count = len(side.passes.get(stage, []))
                file.check(
                    count == file.meta["rounds"],
                    "has %d runs of %s under %s, pass %s, in %d rounds: it is cut short or damaged"
                    % (count, run, mmu, stage, file.meta["rounds"]),
                )
        perfs.rows.append(Row(run.split()[0], run, both["ept"], both["spt"]))
    return perfs
