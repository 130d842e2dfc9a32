# SPDX-License-Identifier: GPL-2.0
"""The report's parts on settings: ablations, memory, dirty logging, the guest's choices.

contents.py calls each function for its blocks. The numbers are measure.py's and
groups.py's; what a run does not hold has no part.
"""
import groups
import sides
import table_memory
from conditions import NOT_MEASURABLE
from document import Bullets, Heading, Table, Text
from headline import text
from results import name_of
from suite import STRATEGY_TITLE
from verdicts import number, plural

MEASURES = {"exits": "exits", "executed": "flushes", "table_bytes": "KiB of tables"}


def knobs(changed):
    """The words for a setting."""
    return " ".join("`%s=%s`" % item for item in sorted(changed.items())) or "the default knobs"


def exits(m):
    """1 exit, 2.004 exits."""
    words = text(m.exits)
    return words + (" exit" if words == "1" else " exits")


def best(suite):
    """What the best strategy makes of the two operations that shadow paging is known for."""
    items = []
    for workload, phase, words in (
        ("demand-paging", "demand", "Guest's demand paging"),
        ("pte-edit", "edit", "Edit of a PTE, INVLPG, touch"),
    ):
        found = suite.best(workload, phase)
        default = suite.find("spt", workload, phase)
        if not found or not default:
            continue
        changed, m = found
        items.append(
            "**%s.** The best strategy of this run is %s: %s and %s %s a page"
            % (words, knobs(changed), exits(m), number(m.cost), suite.results.tsc_unit)
            + (
                ", where the default knobs take %s and %s."
                % (exits(default), number(default.cost))
                if changed
                else "."
            )
        )
    if not items:
        return []
    return [
        Text("Shadow paging at its best, by the fewest exits and then by the cost:"),
        Bullets(items),
    ]


def memory(suite):
    """Bytes of EPT and of shadow tables for each byte of the guest's own."""
    rows = table_memory.rows(suite)
    if not rows:
        return []
    strategies = list(rows[0].shadow)
    overhead = table_memory.overhead(suite)
    header = ["workload", "KiB guest", "KiB EPT", "EPT per byte"]
    for s in strategies:
        header += ["KiB %s" % STRATEGY_TITLE[s], "%s per byte" % STRATEGY_TITLE[s]]
    lines = []
    for row in rows:
        held = [row.ept, *(row.shadow[s] for s in strategies)]
        cells = [row.workload, number(row.guest / 1024)]
        for bytes_ in held:
            cells += [number(bytes_ / 1024), text(bytes_ / row.guest)]
        lines.append(cells)
    for words, field in (("median", "median"), ("lowest", "low"), ("highest", "high")):
        cells = [words, ""]
        for who in ["ept", *strategies]:
            cells += ["", text(getattr(overhead[who], field))]
        lines.append(cells)
    return [
        Text(memory_sentence(overhead)),
        Table(
            header,
            "l" + "r" * (len(header) - 1),
            lines,
            "Tables at the end of a workload's last phase, and bytes of them for each byte of the "
            "guest's own tables. Only workloads that ran under EPT and every strategy of this "
            "table, with the base parameters. The last lines are over these workloads, each "
            "counted once.",
        ),
    ]


def memory_sentence(overhead):
    """The median of every strategy, and the workloads at the ends of its range."""
    return "Bytes of tables for each byte of the guest's own, the median over the workloads: %s." % (
        "; ".join(
            "%s **%s** (%s in %s to %s in %s)"
            % (
                "EPT" if who == "ept" else STRATEGY_TITLE[who],
                text(found.median),
                text(found.low),
                found.lowest,
                text(found.high),
                found.highest,
            )
            for who, found in overhead.items()
        )
    )


def shown_fields(group, filled):
    """The fields that a group's table shows: the cost, and what is not the same everywhere."""
    return [group.fields[0]] + [
        field
        for field in group.fields[1:]
        if any(
            len({getattr(m, field) for m in row.measures if m}) > 1
            for f in filled
            for row in f.rows
        )
    ]


def label(suite, row):
    """A row's words: its phase, and what of its parameters is not the base."""
    other = groups.difference(suite, row)
    return name_of(row.workload, row.phase) + (" (%s)" % other if other else "")


def cell(m, field, measurable):
    """One number of a table; a cost that tells nothing of the settings is none."""
    if m is None or field == "cost" and not measurable:
        return "–"
    if field == "cost":
        return number(m.cost)
    return number(m.table_bytes / 1024) if field == "table_bytes" else text(getattr(m, field))


def table(suite, filled, fields):
    """One block in numbers: a row a phase, a column a setting."""
    header = ["phase"]
    for field in fields:
        name = MEASURES.get(field, suite.results.tsc_unit)
        header += ["%s, %s" % (name, s.words) for s in filled.block.settings]
    lines = []
    for row in filled.rows:
        measurable = sides.measurable(row.measures, suite.results.emulated)
        cells = [label(suite, row)]
        for field in fields:
            cells += [cell(m, field, measurable) for m in row.measures]
        lines.append(cells)
    return Table(
        header,
        "l" + "r" * (len(header) - 1),
        lines,
        "Per operation, but for the tables at the end of the phase. Flushes are those that the "
        "hypervisor executed.",
        "The numbers: %s" % filled.block.heading,
    )


def group_blocks(suite, group, blocks, figures):
    """A group: why, its picture, its numbers."""
    out = [Text(group.why)]
    apart = [f for f in blocks if f.rows]
    if not apart:
        same = sum(f.same for f in blocks)
        unmeasured = sum(f.unmeasured for f in blocks)
        words = "It changes nothing in this run (%s)" % plural(same, "phase")
        if not same:
            words = "This run does not tell what it changes"
        if unmeasured:
            words += "; %s %s %s" % (
                plural(unmeasured, "phase"),
                "is" if unmeasured == 1 else "are",
                NOT_MEASURABLE,
            )
        return out + [Text(words + ".")]
    out.append(figures["ablation-" + group.name])
    fields = shown_fields(group, apart)
    return out + [table(suite, f, fields) for f in apart]


def ablations(suite, found, figures):
    """Every group but dirty logging, which has a part of its own."""
    out = []
    for group, blocks in found:
        if group.name != "log":
            out += [Heading(3, group.title)] + group_blocks(suite, group, blocks, figures)
    return [Heading(2, "Ablations: one setting changed")] + out if out else []


def dirty_logging(suite, found, figures):
    """What it costs to know which pages were written."""
    group = next(g for g in groups.plan(suite) if g.name == "log")
    rows = [
        log_row(suite, setting, row, m)
        for block in group.blocks
        for row in groups.rows_of(suite, block, 1)
        for setting, m in zip(block.settings, row.measures)
        if m
    ]
    if not rows:
        return []
    out = [
        Heading(2, "Dirty logging"),
        Text(
            "A hypervisor that copies or checkpoints a running guest asks again and again which "
            "pages were written. Write faults cost an exit for a page's first write after each "
            "look; dirty bits and the CPU's own log cost none then, and are paid for at the look."
        ),
        Table(
            [
                "phase",
                "backend",
                "way",
                "%s/op" % suite.results.tsc_unit,
                "pages found written",
                "%s/written page" % suite.results.tsc_unit,
                "exits/written page",
                "looks",
                "%s/look" % suite.results.tsc_unit,
            ],
            "lllrrrrrr",
            rows,
            "A look is what the hypervisor does from exit to entry; a written page is what is "
            "left of the phase, the guest's write included, for each page that a look found. "
            "The looks' own exits are not among the exits of a written page.",
        ),
    ]
    blocks = next((blocks for g, blocks in found if g.name == "log"), None)
    # The table above holds what group_blocks() would begin with.
    return out + (group_blocks(suite, group, blocks, figures)[1:] if blocks else [])


def log_row(suite, setting, row, m):
    """One way in one phase."""
    way = setting.words
    if setting.changed.get("spt.sync"):
        way += " spt.sync=" + setting.changed["spt.sync"]
    return [
        label(suite, row),
        "EPT" if setting.mmu == "ept" else "shadow",
        way,
        number(m.cost),
        str(m.written),
        number(m.written_cost) if m.written else "–",
        text((m.total_exits - m.looks) / m.written) if m.written else "–",
        str(m.looks),
        number(m.look_cost) if m.looks else "–",
    ]


def guest(suite):
    """What the guest itself can choose: page size, PCIDs, accessed bits."""
    rows = []
    for workload, param, values in suite.choices_of_guest():
        for phase in suite.phases(workload):
            found = [
                (
                    [name_of(workload, phase), "%s=%s" % (param, groups.size(value))],
                    [suite.variant(v, workload, phase, params) for v in suite.variants()],
                )
                for value, params in values
            ]
            cells = [
                words
                + [number(m.cost) if m else "–" for m in measures]
                + [text(m.exits) if m else "–" for m in measures]
                for words, measures in found
                if any(measures)
            ]
            if any(len(set(column) - {"–"}) > 1 for column in list(zip(*cells))[2:]):
                rows += cells
    if not rows:
        return []
    names = ["EPT", "unsync", "vtlb", "trap"]
    return [
        Heading(2, "What the guest can choose"),
        Text(
            "The same workload by a guest that decides otherwise: larger pages, PCIDs of its own, "
            "accessed bits set beforehand."
        ),
        Table(
            ["phase", "choice"]
            + ["%s, %s" % (suite.results.tsc_unit, n) for n in names]
            + ["exits, %s" % n for n in names],
            "ll" + "r" * 8,
            rows,
            "Per operation; default knobs but for the shadow strategy. Phases in which a choice "
            "changes nothing under any of them are left out%s."
            % (
                ", as are warm ones where only TLB misses could differ, which is %s" % NOT_MEASURABLE
                if suite.results.emulated
                else ""
            ),
        ),
    ]
