# SPDX-License-Identifier: GPL-2.0
"""perf.json: what perf stat counted in whole runs.

The file is made by `make perf` (scripts/whole), which counts in passes: the
module's events and perf's own ones together, the hardware's in runs of their own.
Where the machine can count in guest and host apart, the hardware's events have
passes and names of either side. An event that the machine has not, or that never
got a counter, is missing and said to be; only the module's must be there.
"""
import math
import os

import whole
from whole import Row, Series

OURS, SOFTWARE, HARDWARE = "ours", "software", "hardware"
KINDS = (OURS, SOFTWARE, HARDWARE)

# How cycles of walks and walks of EPT tables go together, and what a name's end says
# of its unit: see scripts/whole/events.
APART, WITHIN, BESIDE, NONE = "apart", "within", "beside", "none"
COMPLETED, CYCLES, PENDING = "_walks", "_walk_cycles", "_walk_pending"
OF_EPT = "ept_"

# What the names of the hardware's events end in where its counts are split.
IN_GUEST, IN_HOST = "_guest", "_host"


class Side:
    """One run line under one backend: {event: value or None} of each round."""

    def __init__(self):
        self.rounds = {}
        self.seen = {}  # pass: rounds that have it

    def values(self, total):
        """TOTAL of every round that has all it needs, as a Series or None."""
        found = []
        for sample in self.rounds.values():
            try:
                found.append(total(sample))
            except (KeyError, TypeError):
                continue  # not counted
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

    @property
    def split(self):
        """Were guest and host counted apart? Older files say nothing: they were not."""
        return self.meta.get("split", False)

    @property
    def sides(self):
        """What the names of the hardware's events end in."""
        return (IN_GUEST, IN_HOST) if self.split else ("",)

    def names(self, *endings):
        """The hardware's events with one of ENDINGS, without their side.

        Loads and stores; on CPUs that have one event of both, that alone.
        """
        ends = tuple(e + self.sides[0] for e in endings)
        names = [e["name"] for e in self.events(HARDWARE) if e["name"].endswith(ends)]
        names = [n[: len(n) - len(self.sides[0])] for n in names]
        return [n for n in names if n.startswith("dtlb_")] or names

    def walk_events(self):
        """The events whose sum is what walks of loads and stores took."""
        return [n for n in self.names(CYCLES, PENDING) if not n.startswith(OF_EPT)]

    def ept_events(self):
        """The event of walks of EPT tables, as a list that may be empty."""
        return self.names(OF_EPT + "walk_cycles", OF_EPT + "walk_pending")


def exits(side):
    """VM exits; the host's own are an event of their own."""
    return side.event("vm_exits")


def flushes(side):
    """TLB flushes that the hypervisor executed."""
    return side.event("tlb_flush_vmm")


def sum_of(perfs, side, names, where=None):
    """The sum of events in guest or host, or in all; None where one is missing."""
    full = [n + w for w in ([where] if where else perfs.sides) for n in names]
    return side.values(lambda s: sum(s[n] for n in full)) if names else None


def dtlb_walks(perfs, side):
    """Page walks of loads and stores that ended."""
    return sum_of(perfs, side, perfs.names(COMPLETED))


def walks(perfs, side, where=None):
    """What page walks of loads and stores took."""
    return sum_of(perfs, side, perfs.walk_events(), where)


def ept_walks(perfs, side):
    """What walks of EPT tables took, by their own event."""
    return sum_of(perfs, side, perfs.ept_events())


def walk_share(perfs, side, where=None):
    """What walks took, divided by the cycles on the same side."""
    names, sides = perfs.walk_events(), [where] if where else perfs.sides
    if not names:
        return None
    return side.values(
        lambda s: sum(s[n + w] for w in sides for n in names)
        / (sum(s["cpu_cycles" + w] for w in sides) or None)
    )


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
    needed = ["vm_exits", "tlb_flush_vmm"]
    for name in needed:
        file.check(name in names, "counts no '%s'" % name)
    hardware = [e["name"] for events in found.values() for e in events if e["kind"] == HARDWARE]
    if hardware:
        file.check(
            file.meta.get("ept_walks") in (APART, WITHIN, BESIDE, NONE),
            "does not say how its walk cycles and EPT go together",
        )
        check_split(file, hardware)
    else:
        file.field(file.meta, "absent", str)
    return found


def check_split(file, names):
    """Do the hardware's events have sides where meta says so, and nowhere else?"""
    split, why = file.meta.get("split", False), file.meta.get("no_split")
    file.check(isinstance(split, bool), "does not say whether guest and host were counted apart")
    file.check(why is None or isinstance(why, str), "has a 'no_split' that is no text")
    of_guest = [n[: -len(IN_GUEST)] for n in names if n.endswith(IN_GUEST)]
    of_host = [n[: -len(IN_HOST)] for n in names if n.endswith(IN_HOST)]
    file.check(
        len(of_guest) + len(of_host) == (len(names) if split else 0)
        and sorted(of_guest) == sorted(of_host),
        "has events of guest and host that do not fit its 'split'",
    )


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


def round_of(file, record, seen):
    """The number of a run's round, which must be new to SEEN, and is put there."""
    number, rounds = file.field(record, "round", int), file.meta["rounds"]
    file.check(0 < number <= rounds, "has a round %d of %d" % (number, rounds))
    file.check(
        number not in seen,
        "has %s under %s, pass %s, twice in round %d"
        % (record["run"], record["mmu"], record["pass"], number),
    )
    seen.add(number)
    return number


def load(run_dir, kind):
    """The Perfs of a run folder of that kind of machine, None where perf counted nothing."""
    path = os.path.join(run_dir, "perf.json")
    if not os.path.exists(path):
        return None
    file = whole.File(path)
    file.check_meta(kind)
    events = check_events(file)
    perfs, sides = Perfs(file.meta), {}
    for record in file.field(file.top, "runs", list):
        run, mmu = file.field(record, "run", str), file.field(record, "mmu", str)
        stage = file.field(record, "pass", str)
        file.check_mmu(mmu)
        file.check(run.split(), "has a run without a workload")
        file.check(stage in events, "has a pass '%s' that its list of events has not" % stage)
        both = sides.setdefault(run, {m: Side() for m in whole.MMUS})
        number = round_of(file, record, both[mmu].seen.setdefault(stage, set()))
        both[mmu].rounds.setdefault(number, {}).update(
            sample_of(file, record, events[stage], perfs)
        )
    file.check(sides, "holds no run")
    for run, both in sides.items():
        for mmu, side in both.items():
            for stage in events:
                count = len(side.seen.get(stage, []))
                file.check(
                    count == file.meta["rounds"],
                    "has %d runs of %s under %s, pass %s, in %d rounds: it is cut short or damaged"
                    % (count, run, mmu, stage, file.meta["rounds"]),
                )
        perfs.rows.append(Row(run.split()[0], run, both["ept"], both["spt"]))
    return perfs
