# SPDX-License-Identifier: GPL-2.0
"""The ablations: which settings are held against each other, and where.

GROUPS is the plan of the report's section; groups() fills it with what the run
holds. settings.py makes tables of each group and ablations.py a picture. A
setting that no group names is held against the default knobs by itself, so
that nothing that was measured is left out.
"""
import collections
import re

import conditions
import measure
import sides
from suite import STRATEGIES, STRATEGY_TITLE, split_params

# One way to run: words for it, and what differs from the default knobs.
Setting = collections.namedtuple("Setting", "words mmu changed")
# Settings side by side, under a heading; the first that was run is the reference.
Block = collections.namedtuple("Block", "heading settings")
# Every phase (with parameters that may differ from the base) and its Measures,
# None where a setting was not run.
Row = collections.namedtuple("Row", "workload phase params measures")
# What a run holds of a block: the rows that differ, how many don't, and how many this
# machine can't tell of.
Filled = collections.namedtuple("Filled", "block rows same unmeasured")
# What it can change: fields of Measure, the cost first.
Group = collections.namedtuple("Group", "name title why blocks fields")

EVENTS = ("cost", "exits", "executed")
TABLES = ("cost", "exits", "table_bytes")

EPT, SPT = "ept", "spt"


def knob(suite, name, mmu, context=None):
    """A setting for every choice of a knob, the default first, CONTEXT being fixed."""
    found = []
    default = suite.defaults[name]
    for word in [default] + [w for w in suite.choices[name] if w != default]:
        changed = dict(context or {})
        if word != default:
            changed[name] = word
        found.append(Setting("%s=%s" % (name, word), mmu, changed))
    return found


def leaves(suite, backing):
    """Every leaf size that a backing allows."""
    sizes = suite.choices["ept.leaf"]
    return [
        s
        for s in knob(suite, "ept.leaf", EPT, {"backing": backing})
        if sizes.index(s.changed.get("ept.leaf", sizes[0])) <= sizes.index(backing)
    ]


def logs():
    """The ways of finding written pages, EPT's first."""
    ways = [Setting("log=fault", EPT, {"log": "fault"})]
    for way in ("ad", "pml"):
        ways.append(Setting("log=%s ept.ad=on" % way, EPT, {"log": way, "ept.ad": "on"}))
    return ways


def shadow_logs(sync):
    """The shadow backend's answer to the same call."""
    changed = {} if sync == "unsync" else {"spt.sync": sync}
    return [Setting("log=" + way, SPT, {"log": way, **changed}) for way in ("fault", "ad")]


def plan(suite):
    """[Group] of everything that the report would like to hold together."""
    trap = {"spt.sync": "trap"}
    shadow, nested = "Shadow paging", "EPT"
    groups = [
        Group(
            "strategy",
            "Shadow strategy",
            "How the shadow follows the guest's page-table writes: dropping all (vtlb), opening "
            "written tables until the next flush (unsync), performing each write itself (trap), "
            "and trap with the guest's own faults let through (spt.filter).",
            [
                Block(
                    shadow,
                    [
                        Setting(STRATEGY_TITLE[s], SPT, changed)
                        for s, changed in STRATEGIES.items()
                    ],
                )
            ],
            EVENTS,
        ),
        Group(
            "prefill",
            "Prefill",
            "Neighbours filled on a shadow fault, where the guest has touched them before: fewer "
            "exits where a shadow is built again, work for nothing where pages are new.",
            [
                Block("Strategy unsync", knob(suite, "spt.prefill", SPT)),
                Block("Strategy vtlb", knob(suite, "spt.prefill", SPT, {"spt.sync": "vtlb"})),
            ],
            EVENTS,
        ),
        Group(
            "roots",
            "Cached roots",
            "How many address spaces keep their shadow. With fewer than the guest uses in turn, "
            "every switch starts anew.",
            [Block(shadow, knob(suite, "spt.roots", SPT))],
            EVENTS,
        ),
        Group(
            "pcid",
            "Hardware PCIDs for shadow roots",
            "With a PCID for each root a switch flushes nothing.",
            [Block(shadow, knob(suite, "spt.pcid", SPT))],
            EVENTS,
        ),
        Group(
            "filter",
            "Filtered guest faults",
            "A fault on what the guest itself has not mapped reaches the guest without an exit.",
            [
                Block("Strategy unsync", knob(suite, "spt.filter", SPT)),
                Block("Strategy trap", knob(suite, "spt.filter", SPT, trap)),
            ],
            EVENTS,
        ),
        Group(
            "vpid",
            "VPID",
            "Without tags for the guest's TLB entries every exit and entry flushes the TLB.",
            [Block(nested, knob(suite, "vpid", EPT)), Block(shadow, knob(suite, "vpid", SPT))],
            EVENTS,
        ),
        Group(
            "mitigations",
            "Mitigations",
            "What VM entry and exit do against speculative leaks by the host's settings, and "
            "nothing of it.",
            [
                Block(nested, knob(suite, "mitigations", EPT)),
                Block(shadow, knob(suite, "mitigations", SPT)),
            ],
            EVENTS,
        ),
        Group(
            "ept-leaf",
            "EPT leaf size",
            "Host pages of one size, EPT leaves of several: larger leaves are fewer violations "
            "and fewer tables.",
            [Block("EPT, backing=%s" % b, leaves(suite, b)) for b in suite.choices["backing"][1:]],
            TABLES,
        ),
        Group(
            "ept-fill",
            "EPT fill-around",
            "4K leaves written on one violation, the aligned group around its address.",
            [Block(nested, knob(suite, "ept.fill", EPT))],
            EVENTS,
        ),
        Group(
            "ept-ad",
            "EPT accessed and dirty bits",
            "Bits that the CPU sets in the EPT for whoever looks later.",
            [Block(nested, knob(suite, "ept.ad", EPT))],
            EVENTS,
        ),
        Group(
            "large",
            "Large shadow leaves",
            "Large guest pages on large host pages: shadowed piece by piece, or by one leaf.",
            [Block("Shadow, backing=2m", knob(suite, "spt.large", SPT, {"backing": "2m"}))],
            TABLES,
        ),
        Group(
            "memory",
            "Memory bound of the shadow",
            "Under a bound the oldest tables go, and come back by faults.",
            [Block(shadow, knob(suite, "spt.memory", SPT))],
            TABLES,
        ),
        Group(
            "log",
            "Dirty logging",
            "Which pages were written since the last look, by every way there is.",
            [Block(nested, logs())]
            + [Block("Shadow, strategy " + s, shadow_logs(s)) for s in ("unsync", "vtlb", "trap")],
            EVENTS,
        ),
    ]
    return groups + others(suite, groups)


def others(suite, groups):
    """A group for each setting of the run that none of GROUPS holds."""
    covered = {
        (s.mmu, tuple(sorted(s.changed.items())))
        for group in groups
        for block in group.blocks
        for s in block.settings
    }
    found = {}
    for mmu, changed in suite.settings():
        if (mmu, tuple(sorted(changed.items()))) not in covered:
            words = " ".join("%s=%s" % item for item in sorted(changed.items()))
            found.setdefault(words, []).append((mmu, changed))
    titles = {"ept": "EPT", "spt": "Shadow paging"}
    return [
        Group(
            re.sub(r"[^a-z0-9]+", "-", words),
            words,
            "Held against the default knobs.",
            [
                Block(titles[mmu], [Setting("default knobs", mmu, {}), Setting(words, mmu, c)])
                for mmu, c in sides
            ],
            EVENTS,
        )
        for words, sides in found.items()
    ]


def rows_of(suite, block, least=2):
    """[Row] where at least LEAST settings of a block were run, in the order of the file.

    The base parameters come first.
    """
    places = {}
    for c in suite.conditions:
        if suite.declared(c) == conditions.SETUP:
            continue
        places[(c.params != suite.base[c.workload], c.workload, c.phase, c.params)] = True
    found = []
    for _, workload, phase, params in sorted(places, key=lambda p: p[0]):
        measures = [suite.find(s.mmu, workload, phase, params, s.changed) for s in block.settings]
        if sum(m is not None for m in measures) >= least:
            found.append(Row(workload, phase, params, measures))
    return found


def plain(suite, rows):
    """The rows with base parameters; all of them where there is none.

    A setting may need other parameters to have a meaning (large shadow leaves
    need large guest pages). Otherwise those belong to sweeps and to the guest's
    choices, which have parts of their own.
    """
    return [r for r in rows if r.params == suite.base[r.workload]] or rows


def differs(row, fields, emulated):
    """Do the settings change anything that is shown? None where this machine can't tell."""
    known = [m for m in row.measures if m]
    costs = [m.cost for m in known]
    if any(len({getattr(m, f) for m in known}) > 1 for f in fields[1:]):
        return True
    if not sides.measurable(known, emulated):
        return None
    return max(costs) - min(costs) >= measure.TIE * min(costs) and max(costs) > 0


def used(block, rows):
    """The block and its rows without the settings that no row has."""
    keep = [i for i in range(len(block.settings)) if any(r.measures[i] for r in rows)]
    return (
        block._replace(settings=[block.settings[i] for i in keep]),
        [r._replace(measures=[r.measures[i] for i in keep]) for r in rows],
    )


def groups(suite):
    """[(Group, [Filled])] of the run."""
    found = []
    for group in plan(suite):
        filled = []
        for block in group.blocks:
            rows = plain(suite, rows_of(suite, block))
            if rows:
                block, rows = used(block, rows)
                told = [differs(r, group.fields, suite.results.emulated) for r in rows]
                apart = [r for r, t in zip(rows, told) if t]
                filled.append(Filled(block, apart, told.count(False), told.count(None)))
        if filled:
            found.append((group, filled))
    return found


def difference(suite, row):
    """What of a row's parameters is not the base, for its label."""
    base = split_params(suite.base[row.workload])
    return " ".join(
        "%s=%s" % (name, size(value))
        for name, value in split_params(row.params).items()
        if base.get(name) != value
    )


def size(value):
    """1073741824 as 1G; small numbers and those that are no size stay as they are."""
    for letter, shift in (("G", 30), ("M", 20), ("K", 10)):
        if value >= 1 << shift and value % (1 << shift) == 0:
            return "%d%s" % (value >> shift, letter)
    return str(value)
