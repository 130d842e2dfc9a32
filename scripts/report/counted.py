# SPDX-License-Identifier: GPL-2.0
"""The report's section of what perf counted: words and tables for a perfs.Perfs."""
import whole
from document import Code, Figure, Heading, Table, Text
from gnuplot import command
from measure import HOST
from perfs import APART, BESIDE, HARDWARE, IN_GUEST, IN_HOST, NONE, OURS, PENDING, SOFTWARE
from perfs import WITHIN, dtlb_walks, ept_walks, exits, flushes, walk_share, walks
from verdicts import number

MISSING = "–"

EPT_WORDS = {
    APART: "On this CPU the %s leave out walks of EPT tables, which have an event of their own.",
    WITHIN: "On this CPU the %s hold those of EPT tables too.",
    BESIDE: "Intel's list does not say whether this CPU's %s hold those of EPT tables, which have "
    "an event of their own.",
    NONE: "This CPU has no event for walks of EPT tables, and Intel's list does not say whether "
    "its %s hold them.",
}
# The same in the title of a picture, and the units on an axis.
EPT_TITLES = {
    APART: "without EPT's",
    WITHIN: "EPT's included",
    BESIDE: "with or without EPT's: not said",
    NONE: "with or without EPT's: not said",
}
AXES = {
    "walk cycles": "cycles with a walker at work",
    "walker cycles": "cycles, once for each walker at work",
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
    """A row a workload: exits and flushes."""
    columns = [
        ("exits", lambda s: shown(exits(s))),
        ("most of them", lambda s: top_reasons(perfs, s)),
        ("flushes", lambda s: shown(flushes(s))),
    ]

    def cells(row):
        return [make(side) for _, make in columns for side in (row.ept, row.spt)]

    return Table(
        ["workload"]
        + ["%s %s" % (n, m) for n, _ in columns for m in ("EPT", "shadow")]
        + ["command"],
        "l" + "".join("ll" if n == "most of them" else "rr" for n, _ in columns) + "l",
        [[row.workload] + cells(row) + [whole.command(row)] for row in perfs.rows],
        "Medians of whole runs, the host's own exits left out; flushes that the "
        "hypervisor executed.",
    )


def unit(names):
    """What events of walks count."""
    return "walker cycles" if any(n.endswith(PENDING) for n in names) else "walk cycles"


def walk_columns(perfs):
    """[(heading, cell of a Side)] of the table of page walks."""
    found = [("dTLB walks", lambda s: shown(dtlb_walks(perfs, s)))]
    names, ept = perfs.walk_events(), perfs.ept_events()
    sides = [("%s", "all", None)]
    if perfs.split:
        sides.append(("%s in the guest", "the guest's", IN_GUEST))
        sides.append(("%s in the host", "the host's", IN_HOST))
    for heading, whose, where in sides if names else []:
        found += [
            (heading % unit(names), lambda s, w=where: shown(walks(perfs, s, w))),
            ("of %s cycles" % whose, lambda s, w=where: shown(walk_share(perfs, s, w), percent)),
        ]
    if ept:
        found.append(("EPT %s" % unit(ept), lambda s: shown(ept_walks(perfs, s))))
    return found


def walk_words(perfs):
    """What the numbers of walks are."""
    words = (
        "Medians of whole runs. dTLB walks: misses of loads and stores in every TLB, as page walks "
        "that ended, with or without a fault."
    )
    names, ept = perfs.walk_events(), perfs.ept_events()
    units = [unit(n) for n in (names, ept) if n]
    if "walk cycles" in units:
        words += " Walk cycles: cycles in which a walker, one or more, was at work%s." % (
            " for a load, plus those for a store; a cycle with both counts twice"
            if len(names) > 1 and unit(names) == "walk cycles"
            else ""
        )
    if "walker cycles" in units:
        words += (
            " Walker cycles: every cycle counts the walkers at work in it, so that they can be "
            "more than the cycles."
        )
    if ept:
        words += " EPT %s: those of EPT tables alone, whatever the walk was for." % unit(ept)
    return words


def walk_table(perfs):
    """Rows of either backend, one below the other: page walks, on the metal alone."""
    columns = walk_columns(perfs)
    return Table(
        ["workload", "under"] + [heading for heading, _ in columns],
        "ll" + "r" * len(columns),
        [
            [row.workload, under] + [make(side) for _, make in columns]
            for row in perfs.rows
            for under, side in (("EPT", row.ept), ("shadow", row.spt))
        ],
        walk_words(perfs),
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
    names, ept = perfs.walk_events(), perfs.ept_events()
    words = EPT_WORDS[perfs.meta["ept_walks"]] % unit(names)
    if not names:
        words = "This CPU counts walks, and not their cycles."
    if ept:
        words += " EPT's own event is shown beside them and not added"
        words += (
            ": a walk cycle is one with any walker at work, a walker cycle counts each of them."
            if unit(names) != unit(ept)
            else "."
        )
    if any(perfs.troubles.get(e["name"]) for e in perfs.events(HARDWARE)):
        words += " Some events could not be counted: the list of events says which."
    return (
        "Page walks are the CPU's own counts (events of its generation, `%s` in "
        "`scripts/whole/events`), %s. %s" % (perfs.meta["generation"], split_words(perfs), words)
    )


def split_words(perfs):
    """How the counts of guest and host are told apart, or why not."""
    if perfs.split:
        return (
            "counted apart in the guest (perf's `:G`) and in the host (`:H`: module, kernel and "
            "tool), in runs of their own; a number for both is the sum of two runs of one round"
        )
    return "of guest, module, kernel and tool together, since %s" % (
        perfs.meta.get("no_split") or "this file is older than the counting of them apart"
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
        *([walk_table(perfs)] if perfs.hardware else []),
        *(Figure(p, command(run + "/plots", p.name)) for p in pictures),
        all_table(perfs),
        events_table(perfs),
        Text("%s, %s. Again:" % (perfs.meta["tool"], whole.turns(perfs.meta))),
        Code(whole.again("perf", run)),
    ]


def walk_pictures(perfs):
    """[(name, title, axis, value of a Side)] of the pictures of the CPU's events."""
    if not perfs.hardware:
        return []
    names, ept = perfs.walk_events(), perfs.ept_events()
    of_ept = EPT_TITLES[perfs.meta["ept_walks"]]

    def share(side):
        """The guest's, in percent."""
        found = walk_share(perfs, side, IN_GUEST)
        return found and whole.Series([100 * v for v in found.values])

    found = [("perf-dtlb", "dTLB walks", "page walks", lambda s: dtlb_walks(perfs, s))]
    if names:
        title = "Page walks of loads and stores (%s)" % of_ept
        found.append(("perf-walks", title, AXES[unit(names)], lambda s: walks(perfs, s)))
        if perfs.split:
            title = "Page walks in the guest, as a share of its cycles (%s)" % of_ept
            axis = AXES[unit(names)] + ", % of the guest's"
            found.append(("perf-guest-walks", title, axis, share))
    if ept:
        title = "Page walks of EPT tables"
        found.append(("perf-ept-walks", title, AXES[unit(ept)], lambda s: ept_walks(perfs, s)))
    return found
