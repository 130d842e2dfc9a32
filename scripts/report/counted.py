# SPDX-License-Identifier: GPL-2.0
"""The report's section of what perf counted: words and tables for a perfs.Perfs."""
import whole
from document import Code, Figure, Heading, Table, Text
from gnuplot import command
from measure import HOST
from perfs import APART, BESIDE, EPT_WALKS, HARDWARE, NONE, OURS, SOFTWARE
from perfs import exits, flushes, walk_share, walks
from verdicts import number

MISSING = "–"

EPT_WORDS = {
    APART: "On this CPU the walk events leave out walks of EPT tables, which have an event of "
    "their own; the walk cycles here are the sum of both.",
    BESIDE: "Intel's list does not say whether this CPU's walk events hold the walks of EPT "
    "tables; the event for those is shown beside them and not added.",
    NONE: "This CPU has no event for walks of EPT tables, and Intel's list does not say "
    "whether its walk events hold them.",
}


def shown(series, write=number):
    """A median for a table."""
    return MISSING if series is None else write(series.median)


def span(series, write=number):
    """The interval about it."""
    return MISSING if series is None else "%s–%s" % (write(series.low), write(series.high))


def percent(value):
    """A share for a table."""
    return "%s %%" % number(100 * value)


def top_reasons(perfs, side):
    """The two reasons with the most exits."""
    found = []
    for event in perfs.events(OURS):
        reason = event["name"].partition("exit_")[2]
        if not event["name"].startswith("exit_") or reason.upper() in HOST:
            continue
        series = side.event(event["name"])
        if series.median:
            found.append((series.median, reason))
    found.sort(key=lambda f: -f[0])
    return ", ".join("%s %s" % (r, number(n)) for n, r in found[:2]) or "none"


def main_table(perfs):
    """A row a workload: exits, flushes, and on the metal what walks took."""
    columns = [
        ("exits", lambda s: shown(exits(s))),
        ("most of them", lambda s: top_reasons(perfs, s)),
        ("flushes", lambda s: shown(flushes(s))),
    ]
    if perfs.walk_events():
        columns += [
            ("walk cycles", lambda s: shown(walks(perfs, s))),
            ("of all cycles", lambda s: shown(walk_share(perfs, s), percent)),
        ]

    def cells(row):
        return [make(side) for _, make in columns for side in (row.ept, row.spt)]

    return Table(
        ["workload"]
        + ["%s %s" % (n, m) for n, _ in columns for m in ("EPT", "shadow")]
        + ["command"],
        "l" + "".join("ll" if n == "most of them" else "rr" for n, _ in columns) + "l",
        [[row.workload] + cells(row) + [whole.command(row)] for row in perfs.rows],
        "Medians of whole runs, the host's turns left out of the exits; flushes that the "
        "hypervisor executed.",
    )


def unit_of(perfs, name):
    """(words, factor) of an event's value: perf gives its task clock in milliseconds."""
    if name != "task-clock":
        return name, 1
    if perfs.meta["unit"] == "instructions":
        return "task-clock, instructions", perfs.meta["units_per_second"] / 1000
    return "task-clock, ms", 1


def all_table(perfs):
    """Every event of every workload with its span and number, folded."""
    rows = []
    for row in perfs.rows:
        for event in perfs.meta["events"]:
            words, factor = unit_of(perfs, event["name"])
            both = [side.event(event["name"]) for side in (row.ept, row.spt)]
            rows.append([row.workload, words])
            for series in both:
                rows[-1] += [
                    make(series, lambda v, factor=factor: number(v * factor))
                    for make in (shown, span)
                ]
            rows[-1].append("%d, %d" % tuple(s.count if s else 0 for s in both))
    return Table(
        ["workload", "event", "EPT", "span", "shadow", "span", "samples"],
        "llrrrrr",
        rows,
        "Medians. The span is the 95 % confidence interval of the median from six runs on, below "
        "that the whole range.",
        "Every event of every workload",
    )


def state(perfs, event):
    """Was an event counted, and all the time?"""
    name = event["name"]
    words = list(perfs.troubles.get(name, []))
    share = perfs.shares.get(name)
    if share is not None and share < 100:
        words.append("in part counted %s %% of the time only and scaled up by perf" % number(share))
    if share is not None and not words:
        return "counted"
    return "; ".join(words)


def events_table(perfs):
    """What was asked for, and how it went."""
    kinds = {OURS: "the module's", SOFTWARE: "perf's own", HARDWARE: "the CPU's"}
    rows = [
        [
            e["name"],
            kinds[e["kind"]],
            "`%s`" % e["event"],
            MISSING if e["intel"] == "-" else e["intel"],
            state(perfs, e),
        ]
        for e in perfs.meta["events"]
    ]
    if not perfs.hardware:
        rows.append(["page walks", kinds[HARDWARE], MISSING, MISSING, "absent"])
    return Table(
        ["event", "whose", "for perf", "Intel's name", "state"],
        "lllll",
        rows,
        "",
        "The events",
    )


def hardware_words(perfs):
    """The paragraph that says what there is of the hardware."""
    if not perfs.hardware:
        return "**The CPU's own events are absent**: %s. %s" % (
            perfs.meta["absent"],
            "What a page walk takes can't be seen here."
            if perfs.meta["unit"] == "seconds"
            else "Emulation has no TLB misses to count; shown are the module's and perf's own.",
        )
    words = EPT_WORDS[perfs.meta["ept_walks"]]
    if not perfs.walk_events():
        words = "This CPU counts walks, and not their cycles."
    if any(perfs.troubles.get(e["name"]) for e in perfs.events(HARDWARE)):
        words += " Some events could not be counted: the list of events says which."
    return (
        "Page walks are the CPU's own counts (events of its generation, `%s` in "
        "`scripts/whole/events`), of guest, module and tool together. %s"
        % (perfs.meta["generation"], words)
    )


def section(perfs, pictures, run):
    """The blocks of the section; none without a file."""
    if perfs is None:
        return []
    return [
        Heading(2, "Counted by perf"),
        Text(
            "`perf stat` of whole `hvbench run` commands: exits and flushes by the module's own "
            "PMU (`hvbench/vm_exits/`, `hvbench/tlb_flush_vmm/`, ...), from the guest's first "
            "instruction to its last. What lies between phases is in them too, so they are more "
            "than the sums over phases."
        ),
        Text(hardware_words(perfs)),
        main_table(perfs),
        *(Figure(p, command("results/%s/plots" % run, p.name)) for p in pictures),
        all_table(perfs),
        events_table(perfs),
        Text("%s, %s. Again:" % (perfs.meta["tool"], whole.turns(perfs.meta))),
        Code(whole.again("perf", run)),
    ]


def ept_walks_words(perfs):
    """What a picture of walk cycles must say of EPT."""
    names = [e["name"] for e in perfs.events(HARDWARE)]
    if EPT_WALKS not in names:
        return "no event tells walks of EPT tables apart"
    if perfs.meta["ept_walks"] == APART:
        return "walks of EPT tables added"
    return "walks of EPT tables not added"
