# SPDX-License-Identifier: GPL-2.0
"""The literature's claims, each with this run's verdict and numbers.

contents.py prints what claims() returns. Every verdict is computed from the
run; where the run cannot judge, the verdict says so and why.
"""
import measure
import table_memory
from conditions import CHANGE, COLD, NOT_MEASURABLE, SETUP, WARM
from headline import text
from results import name_of
from rows import factor
from suite import STRATEGY_TITLE

HOLDS, PART, FAILS = "holds", "holds in part", "does not hold here"
UNMEASURED = "not measured in this run"


def number(value):
    """A number for a sentence: 2,306 or 1.25."""
    return "{:,.0f}".format(value) if value >= 1000 else text(value)


def plural(count, word):
    """1 phase, 2 phases."""
    return "%d %s%s" % (count, word, "" if count == 1 else "s")


def times(one, other):
    """How many times OTHER is of ONE, for a sentence."""
    if one == 0:
        return "none against some" if other else "equal"
    return "%s×" % factor(other / one)


def many_exits(suite, _):
    """Shadow paging leads to a vast number of VM exits."""
    if not suite.sides():
        return UNMEASURED, "No phase ran under both backends."
    sums, words = {}, []
    for condition in (SETUP, COLD, WARM, CHANGE):
        found = suite.sides(condition)
        ept, spt = (sum(getattr(s, m).total_exits for s in found) for m in ("ept", "spt"))
        sums[condition] = (ept, spt)
        if found:
            words.append(
                "%s: %s exits under EPT, %s under shadow paging"
                % (
                    "set-up" if condition == SETUP else condition + " phases",
                    number(ept),
                    number(spt),
                )
            )
    ept, spt = (sum(s[i] for s in sums.values()) for i in (0, 1))
    more = spt > 2 * ept
    verdict = FAILS if not more else HOLDS if sums[WARM][1] > sums[WARM][0] else PART
    tail = {
        FAILS: "Over these phases shadow paging does not exit twice as often.",
        HOLDS: "Shadow paging exits more, in warm phases too.",
        PART: "The exits come while tables are filled or changed; warm phases have no "
        "more of them than under EPT.",
    }[verdict]
    return verdict, "Sums over the base phases, %s: %s. %s" % (
        times(ept, spt) + " in all" if ept else "none under EPT",
        "; ".join(words),
        tail,
    )


def flush_on_switch(suite, _):
    """It flushes the TLB on every switch of address space."""
    spt, ept = (suite.find(m, "switch", "switch") for m in ("spt", "ept"))
    if not spt or not ept:
        return UNMEASURED, "The workload switch did not run under both backends."
    verdict = HOLDS if spt.executed >= 0.99 else FAILS if spt.executed < 0.01 else PART
    words = (
        "Executed by the hypervisor for one switch: %s under shadow paging, %s under EPT. "
        "Flushes that the guest asked for: %s a switch under EPT, of which %s went untrapped, "
        "so that the hypervisor's own count does not show them."
        % (
            number(spt.executed),
            number(ept.executed),
            number(ept.trapped + ept.untrapped),
            number(ept.untrapped),
        )
    )
    for changed in (
        {"spt.pcid": "off"},
        {"spt.roots": "1"},
        {"spt.sync": "vtlb"},
        {"vpid": "off"},
    ):
        other = suite.find("spt", "switch", "switch", None, changed)
        if other:
            words += " With %s=%s shadow paging executes %s." % (
                *next(iter(changed.items())),
                number(other.executed),
            )
    return verdict, words


def memory(suite, _):
    """It costs memory for the shadow copies."""
    last = dict(suite.pairs())
    found = [(name_of(w, p), suite.side(w, p)) for w, p in last.items()]
    found = [(name, side.ept, side.spt) for name, side in found if side]
    if not found:
        return UNMEASURED, "No workload ran under both backends."
    larger = [f for f in found if f[2].table_bytes > f[1].table_bytes]
    verdict = HOLDS if len(larger) == len(found) else PART if larger else FAILS
    name, ept, spt = max(found, key=lambda f: f[2].table_bytes / max(f[1].table_bytes, 1))
    overhead = table_memory.overhead(suite)
    per_byte = (
        " For each byte of the guest's own tables, median over the workloads: %s."
        % ", ".join(
            "%s bytes %s"
            % (
                number(found.median),
                "of EPT" if who == "ept" else "under " + STRATEGY_TITLE[who],
            )
            for who, found in overhead.items()
        )
        if overhead
        else ""
    )
    return verdict, (
        "Shadow tables hold more memory than the EPT in %d of %d workloads. Furthest apart: %s, "
        "with %s KiB of shadow tables against %s KiB of EPT, beside %s KiB of the guest's own."
        % (
            len(larger),
            len(found),
            name,
            number(spt.table_bytes / 1024),
            number(ept.table_bytes / 1024),
            number(spt.guest_bytes / 1024),
        )
        + per_byte
    )


def two_exits(suite, _):
    """A page fault of the guest's own takes two exits under shadow paging."""
    default = suite.find("spt", "demand-paging", "demand")
    found = suite.best("demand-paging", "demand")
    if not default or not found:
        return UNMEASURED, "The workload demand-paging did not run under shadow paging."
    changed, best = found
    verdict = FAILS if default.exits < 1.9 else HOLDS if best.exits >= 1.9 else PART
    words = "Demand paging takes %s exits a page with the default knobs" % number(default.exits)
    if changed:
        words += " and %s with %s, the best of this run" % (
            number(best.exits),
            " ".join("%s=%s" % item for item in sorted(changed.items())),
        )
    ept = suite.find("ept", "demand-paging", "demand")
    return verdict, words + (
        "; under EPT, on memory that the EPT maps already, %s." % number(ept.exits) if ept else "."
    )


def trap_exits_more(suite, _):
    """Performing each page-table write for the guest exits more often than opening the table."""
    found = [
        (name_of(w, p), suite.variant("spt", w, p), suite.variant("trap", w, p))
        for w, p in suite.pairs(CHANGE)
    ]
    found = [f for f in found if f[1] and f[2]]
    if not found:
        return UNMEASURED, "No changing phase ran with both spt.sync=unsync and spt.sync=trap."
    # What tables cost once, at the first write, is not what the claim speaks of.
    more = [f for f in found if f[2].exits > f[1].exits * (1 + measure.TIE) + 0.01]
    fewer = [f for f in found if f[2].exits < f[1].exits * (1 - measure.TIE) - 0.01]
    verdict = HOLDS if len(more) == len(found) else PART if more else FAILS
    words = "Of %d changing phases trap exits more often than unsync in %d and less often in %d." % (
        len(found),
        len(more),
        len(fewer),
    )
    for title, side, pick in (("Most in favour of unsync", more, max), ("Of trap", fewer, min)):
        if side:
            name, unsync, trap = pick(side, key=lambda f: f[2].exits - f[1].exits)
            words += " %s: %s, %s exits by trap against %s." % (
                title,
                name,
                number(trap.exits),
                number(unsync.exits),
            )
    return verdict, words


def fault_a_page(suite, _):
    """Write protection makes dirty logging cost a fault for every page; the CPU's log does not."""
    phases = suite.phases("dirty-log")
    sums = {}
    for way, changed in (
        ("write faults", {"log": "fault"}),
        ("dirty bits", {"log": "ad", "ept.ad": "on"}),
        ("PML", {"log": "pml", "ept.ad": "on"}),
    ):
        found = [suite.find("ept", "dirty-log", p, None, changed) for p in phases]
        found = [m for m in found if m and m.written]
        written = sum(m.written for m in found)
        if written:
            sums[way] = sum(m.total_exits - m.looks for m in found) / written
    if "write faults" not in sums or "PML" not in sums:
        return UNMEASURED, "The workload dirty-log did not run with log=fault and log=pml."
    faulting, logged = sums["write faults"] >= 0.9, sums["PML"] < 0.1
    verdict = HOLDS if faulting and logged else PART if faulting or logged else FAILS
    return verdict, "Exits for each page found written, under EPT and without those of the looks: %s." % ", ".join(
        "%s by %s" % (number(value), way) for way, value in sums.items()
    )


def large_leaves(suite, _):
    """Large pages in the EPT spare most of its faults and tables."""
    small, large = {"backing": "2m"}, {"backing": "2m", "ept.leaf": "2m"}
    found = [
        (suite.find("ept", w, p, None, small), suite.find("ept", w, p, None, large))
        for w, p in suite.pairs(COLD)
    ]
    # A phase that set-up had filled is cold under no leaf size.
    found = [f for f in found if all(f) and f[0].filled_in is None]
    if not found:
        return UNMEASURED, "No cold phase ran with backing=2m under both leaf sizes."
    exits = [sum(f[i].total_exits for f in found) for i in (0, 1)]
    tables = [sum(f[i].table_bytes for f in found) for i in (0, 1)]
    half = [pair[1] * 2 < pair[0] for pair in (exits, tables)]
    verdict = HOLDS if all(half) else PART if any(half) else FAILS
    return verdict, (
        "Over %d cold phases on 2M host pages: %s exits with 4K leaves and %s with 2M ones; "
        "%s KiB of tables and %s."
        % (
            len(found),
            number(exits[0]),
            number(exits[1]),
            number(tables[0] / 1024),
            number(tables[1] / 1024),
        )
    )


def suits_misses(suite, emulated):
    """EPT suits programs with many page-table misses, and exits less."""
    found = [s for s in suite.sides(COLD, CHANGE) if s.measured]
    if not found:
        return UNMEASURED, "No cold or changing phase was measured under both backends."
    fewer = sum(s.ept.exits < s.spt.exits for s in found)
    more = sum(s.ept.exits > s.spt.exits for s in found)
    cheaper = sum(s.winner == "ept" for s in found)
    all_of_it = more == 0 and cheaper == len(found)
    verdict = FAILS if not cheaper else HOLDS if all_of_it and not emulated else PART
    words = (
        "Of %d cold and changing phases EPT exits less often in %d, as often in %d and more "
        "often in %d, and is cheaper in %d."
        % (len(found), fewer, len(found) - fewer - more, more, cheaper)
    )
    if emulated:
        words += (
            " That is page faults and page-table updates; what a TLB miss costs is not in "
            "a count of instructions, so that half of the claim is not judged."
        )
    return verdict, words


def two_walks(suite, emulated):
    """Every EPT access walks two tables."""
    theory = (
        "In theory a TLB miss under EPT reads up to (4 + 1) × (4 + 1) − 1 = 24 entries, "
        "where a shadow walk reads 4; an access that hits the TLB walks nothing."
    )
    if emulated:
        return NOT_MEASURABLE, theory + (
            " The emulated machine counts instructions, and a table walk is none: no number of "
            "this run can show it."
        )
    sweep = suite.sweep("pointer-chase", "pages")
    for pages, params in reversed(sweep):
        ept, spt = (suite.find(m, "pointer-chase", "chase", params) for m in ("ept", "spt"))
        if ept and spt:
            slower = ept.cost / spt.cost - 1
            verdict = PART if slower >= measure.TIE else FAILS
            return verdict, theory + (
                " Chasing pointers over %s pages costs %s cycles a step under EPT and %s under "
                "shadow paging." % (number(pages), number(ept.cost), number(spt.cost))
            )
    return UNMEASURED, theory


def fast_hits(suite, _):
    """Shadow paging is fast when it hits and suits programs that touch few addresses often."""
    side = suite.side("hot-set", "hot")
    if not side:
        return UNMEASURED, "The workload hot-set did not run under both backends."
    unit = suite.results.tsc_unit
    exits = "%s exits a touch under shadow paging, %s under EPT" % (
        number(side.spt.exits),
        number(side.ept.exits),
    )
    if not side.measured:
        return NOT_MEASURABLE, (
            "Touching a hot set of pages takes %s. What a touch takes beside that is hits and "
            "misses of the TLB, which a count of instructions does not have." % exits
        )
    verdict = {"spt": HOLDS, "tie": PART, "ept": FAILS}[side.winner]
    words = "Touching a hot set of pages: %s %s a touch under shadow paging, %s under EPT; %s." % (
        number(side.spt.cost),
        unit,
        number(side.ept.cost),
        exits,
    )
    if side.winner == "tie":
        words += " It is fast, and EPT is as fast."
    return verdict, words


def easier(_, environment):
    """EPT is easier to develop."""
    ept, spt = environment.lines("ept"), environment.lines("spt")
    if not ept or not spt:
        return UNMEASURED, "The sources of the backends were not there to be counted."
    return (
        HOLDS if ept < spt else FAILS,
        "Lines of C without comments and blanks: %s in ept/, %s in spt/ (%s). Behind the same "
        "interface, with the same tests." % (number(ept), number(spt), times(ept, spt)),
    )


def claims(suite, environment, modelled=()):
    """[(claim, verdict, sentence with numbers, what others measured)].

    MODELLED may have judges of its own for some claims: {name of the judge: judge}.
    """
    modelled = dict(modelled)
    emulated = suite.results.emulated
    rows = []
    for judge, others in (
        (
            many_exits,
            "One boot of Linux 5.11 under KVM: 449,531 exits with EPT and 11,166,598 "
            "without, 24.8× (a student's run, perhaps nested, uptime not controlled).",
        ),
        (flush_on_switch, ""),
        (memory, ""),
        (
            two_exits,
            "KVM 6.1 without EPT takes two in the same emulated machine: one for the guest's "
            "fault, one for the shadow's.",
        ),
        (
            trap_exits_more,
            "KVM opens leaf tables until the next flush and decodes writes to all others.",
        ),
        (
            suits_misses,
            "SPEC CPU2006 under Xen on a Core i7-860: gcc loses 34 % under shadow "
            "paging, mcf loses 13 % under EPT (Wang et al., VEE 2011).",
        ),
        (
            two_walks,
            "With walk caches about 4.4 memory accesses a miss against 1.5 native "
            "(Park et al., ASPLOS 2022, from the abstract).",
        ),
        (large_leaves, ""),
        (fault_a_page, ""),
        (
            fast_hits,
            "A TLB miss cost 4 ns more under EPT, a page fault 10 µs more under shadow "
            "paging, on Nehalem (Wang et al., VEE 2011).",
        ),
        (
            easier,
            "KVM 6.1: 8,078 lines for shadow and common code, 1,885 for the TDP MMU; "
            "Xen: 10,115 against 2,533 (lines with comments).",
        ),
    ):
        argument = environment if judge is easier else emulated
        verdict, words = modelled.get(judge.__name__, judge)(suite, argument)
        rows.append((judge.__doc__.strip().rstrip("."), verdict, words, others))
    return rows


BREAK_EVEN = (
    "The classic picture draws the winner over two axes: TLB misses, which EPT makes dearer, and "
    "page-table updates, which shadow paging makes dearer. "
)


def break_even(suite):
    """The paragraph in place of the break-even picture."""
    if suite.results.emulated:
        return BREAK_EVEN + (
            "**It is not drawn here.** A TLB miss and its walk take no instructions, so this "
            "machine cannot price the first axis; a line from these numbers would be made up. "
            "Theory: up to (g + 1) × (h + 1) − 1 = 24 reads for four-level tables on both sides, "
            "against 4. Measured on Nehalem: 4 ns a miss against 10 µs an update, 2,500 to 1 "
            "(Wang et al., VEE 2011). Only the metal can price a miss."
        )
    return BREAK_EVEN + (
        "This suite does not count TLB misses, so it is not drawn; the footprint picture holds "
        "what a warm random access costs under either."
    )
