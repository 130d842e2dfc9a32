# SPDX-License-Identifier: GPL-2.0
"""The report's answer: the headline in words, and its tables.

contents.py asks for summary() and tables(). Everything is counted from Sides
and Wholes: what was not measured here is named and counted nowhere.
"""
import beside
import conditions
import groups
import headline
import measure
import settings
import sides
from document import Bullets, Heading, Table, Text
from results import name_of
from rows import factor
from sides import FILLED, UNMEASURED
from verdicts import number, plural
from whole_workload import wholes

WINNER = {"ept": "EPT", "spt": "shadow"}
CHEAPER = {"ept": "EPT is cheaper", "spt": "shadow paging is cheaper"}


def winner_text(side):
    """Who wins, for a table."""
    if side.winner == UNMEASURED:
        return conditions.NOT_MEASURABLE
    if side.winner == FILLED:
        return "not compared: %s" % side.reason()
    return "equal" if side.winner == "tie" else "%s %s×" % (WINNER[side.winner], factor(side.factor))


def list_of(names):
    """At most three names, for a sentence."""
    shown = ", ".join(names[:3])
    return shown if len(names) <= 3 else "%s and %d more" % (shown, len(names) - 3)


def span(found):
    """2.40×, or 2.40× to 4.11× (where it is most)."""
    low, high = (pick(found, key=lambda s: s.factor) for pick in (min, max))
    if low.factor == high.factor:
        return "%s×" % factor(low.factor)
    return "%s× to %s× (%s)" % (
        factor(low.factor),
        factor(high.factor),
        high.name.replace(": ", ", "),
    )


def results_of(found, what):
    """Who is cheaper in how many of FOUND, which were all measured, in one sentence."""
    words = [
        "%s in %d of %s, by %s" % (CHEAPER[who], len(score), plural(len(found), what), span(score))
        for who in ("ept", "spt")
        for score in [sides.won(found, who)]
        if score
    ]
    ties = len(sides.won(found, "tie"))
    if ties == len(found):
        words.append("the costs are equal in all %s" % plural(ties, what))
    elif ties:
        words.append("they are equal in %d" % ties)
    text = "; ".join(words)
    return text[0].upper() + text[1:] + "."


def exits_of(found):
    """The exits per operation of either backend, from the least to the most."""
    spans = []
    for mmu in ("ept", "spt"):
        exits = [getattr(s, mmu).exits for s in found]
        low, high = headline.text(min(exits)), headline.text(max(exits))
        spans.append(low if low == high else "%s to %s" % (low, high))
    return "Exits per operation: %s under EPT, %s under shadow paging." % tuple(spans)


def instance(side, unit):
    """One of them, in numbers."""
    return "For instance %s: %s %s against %s." % (
        side.name.replace(": ", ", "),
        number(side.ept.cost),
        unit,
        number(side.spt.cost),
    )


def not_counted(every):
    """Sentences on the phases of EVERY that have no winner, and why."""
    words = []
    unmeasured, filled = sides.won(every, UNMEASURED), sides.won(every, FILLED)
    if unmeasured:
        words.append(
            "%s %s %s (%s): what could differ there is the price of a TLB miss, which takes no "
            "instructions."
            % (
                plural(len(unmeasured), "phase"),
                "is" if len(unmeasured) == 1 else "are",
                conditions.NOT_MEASURABLE,
                list_of([s.name for s in unmeasured]),
            )
        )
    if filled:
        words.append(
            "%s not cold for both and not counted (%s): set-up had filled the tables of one."
            % (
                "1 phase is" if len(filled) == 1 else "%d phases are" % len(filled),
                list_of([s.name for s in filled]),
            )
        )
    return words


def bullet(suite, condition):
    """What a condition comes to, from its numbers; None where it was not run under both."""
    every = suite.sides(condition)
    if not every:
        return None
    counted = sides.measured(every)
    words = ["**%s.**" % conditions.name(condition)]
    if counted:
        words += [
            results_of(counted, "phase"),
            exits_of(counted),
            instance(counted[0], suite.results.tsc_unit),
        ]
    return " ".join(words + not_counted(every))


def wholes_bullet(suite, found):
    """What the workloads come to as a whole."""
    counted = sides.measured(found)
    if not counted:
        return None
    return "**Whole workloads,** set-up and all phases. %s %s" % (
        results_of(counted, "workload"),
        instance(counted[0], suite.results.tsc_unit),
    )


def score(suite, found):
    """The whole run in one paragraph: whole workloads, and the phases that are cold for both."""
    counted = {w: len(sides.won(found, w)) for w in (*sides.WINNERS, UNMEASURED)}
    text = (
        "Of %s run under both with default knobs, each taken as a whole with its set-up, **EPT is "
        "cheaper in %d, shadow paging in %d**; in %d they cost the same."
        % (plural(len(found), "workload"), counted["ept"], counted["spt"], counted["tie"])
    )
    if counted[UNMEASURED]:
        text += (
            " **%d %s %s**: they go over warm tables, where only TLB misses can differ."
            % (
                counted[UNMEASURED],
                "is" if counted[UNMEASURED] == 1 else "are",
                conditions.NOT_MEASURABLE,
            )
        )
    cold = sides.measured(suite.sides(conditions.COLD))
    if cold:
        text += " Of %s in which both fill empty tables, EPT is cheaper in %d, shadow paging in %d." % (
            plural(len(cold), "phase"),
            len(sides.won(cold, "ept")),
            len(sides.won(cold, "spt")),
        )
    return text + " What decides is what the guest does to its page tables:"


def shadow_wins(suite):
    """One line: where shadow paging is cheaper, other parameters and knobs of both included."""
    every, won_by = [], []
    for c in suite.conditions:
        changed = suite.changed(c)
        if c.mmu != "spt" or suite.declared(c) == conditions.SETUP:
            continue
        if any(k.startswith("spt.") for k in changed):
            continue
        side = suite.side(c.workload, c.phase, c.params, changed)
        if not side:
            continue
        every.append(side)
        if side.winner == "spt":
            more = [groups.difference(suite, c)] + ["%s=%s" % k for k in changed.items()]
            more = " ".join(m for m in more if m)
            name = name_of(c.workload, c.phase) + (" (%s)" % more if more else "")
            won_by.append((side.factor, "%s, %s×" % (name, factor(side.factor))))
    won_by.sort(reverse=True)
    text = (
        "**Where shadow paging is cheaper.** Of %s that ran under both with the same "
        "parameters and knobs, whatever these were, and can be compared, it is cheaper in %d"
        % (plural(len(sides.measured(every)), "phase"), len(won_by))
    )
    if won_by:
        text += ": " + "; ".join(words for _, words in won_by[:6])
    for winner, words in (
        (UNMEASURED, conditions.NOT_MEASURABLE),
        (FILLED, "not cold for both"),
    ):
        count = len(sides.won(every, winner))
        if count:
            text += ". %d more %s %s" % (count, "is" if count == 1 else "are", words)
    return [text + "."]


def summary(suite, peers):
    """The answer in words, computed from the numbers."""
    found = wholes(suite)
    bullets = [wholes_bullet(suite, found)] + [bullet(suite, c) for c in conditions.CONDITIONS]
    bullets = [b for b in bullets if b]
    if not bullets:
        return [
            Heading(2, "The answer"),
            Text(
                "No phase ran under both backends with the default knobs, so there is nothing "
                "to compare.",
                "warning",
            ),
        ]
    return [
        Heading(2, "The answer"),
        Text(score(suite, found)),
        Bullets(bullets + shadow_wins(suite) + beside.bullet(peers)),
        *settings.best(suite),
        Text(
            "Equal means closer than %d %%. Default knobs, base parameters of each workload, shadow "
            "strategy unsync, median over the repetitions; the host's own interrupts are left out of "
            "every cost and count." % (measure.TIE * 100)
        ),
    ]


def tables(suite):
    """The answer in numbers: a table of whole workloads, and one for each condition."""
    out = []
    found = wholes(suite)
    if found:
        out += [Heading(3, "Whole workloads: set-up and all phases"), wholes_table(suite, found)]
        out.append(setup_table(suite))
    for condition in conditions.CONDITIONS:
        every = suite.sides(condition)
        rows = [s for s in every if s.winner != FILLED]
        filled = sides.won(every, FILLED)
        if rows:
            out.append(Heading(3, conditions.TITLE[condition]))
            out.append(phases_table(suite, rows))
        if filled:
            out.append(Heading(3, "Not cold for both: set-up had filled the tables of one"))
            out.append(phases_table(suite, filled))
    return out


def wholes_table(suite, found):
    """EPT and shadow paging side by side, a row a workload."""
    unit = suite.results.tsc_unit
    header = ["workload", "cheaper"]
    for what in (unit, "set-up", "exits", "flushes"):
        header += ["%s EPT" % what, "%s shadow" % what]
    open_phases = any(w.open for w in found)
    rows = []
    for w in found:
        cells = [w.name, winner_text(w)]
        for field in ("cost", "setup_cost", "exits", "executed"):
            cells += [number(getattr(side, field)) for side in (w.ept, w.spt)]
        if open_phases:
            cells.append("–" if w.lead() is None else number(w.lead()))
        rows.append(cells)
    caption = (
        "%s, exits and flushes executed by the hypervisor, in all: the sums of the medians of a "
        "workload's phases, set-up among them and once more by itself." % unit.capitalize()
    )
    if open_phases:
        header.append("EPT's lead per warm operation")
        caption += (
            " A workload with warm phases has no winner here: how often it goes over warm tables is "
            "a parameter, and the price of the misses there is missing. The last column is by how "
            "many %s EPT is ahead in all the rest, for each operation of those phases: as a whole "
            "EPT is cheaper unless its longer walks cost more than that." % unit
        )
    return Table(header, "ll" + "r" * (len(header) - 2), rows, caption)


def setup_table(suite):
    """What set-up takes, phase by phase: no question of its own, so nobody wins it."""
    rows = []
    for s in suite.sides(conditions.SETUP):
        cells = [s.name, "%d" % s.ept.ops]
        for field in ("cost", "exits", "executed"):
            cells += [number(getattr(side, field)) for side in (s.ept, s.spt)]
        rows.append(cells)
    header = ["phase", "operations"]
    for what in (suite.results.tsc_unit, "exits", "flushes"):
        header += ["%s EPT" % what, "%s shadow" % what]
    return Table(
        header,
        "l" + "r" * (len(header) - 1),
        rows,
        "Per operation. The first set-up of a workload begins with empty tables under both; a later "
        "one with what the phases before it left.",
        "Set-up, phase by phase",
    )


def phases_table(suite, found):
    """EPT and shadow paging side by side, a row a phase."""
    unit = suite.results.tsc_unit
    rows = []
    for s in found:
        costs = ["–"] * 2 if s.winner == UNMEASURED else [number(s.ept.cost), number(s.spt.cost)]
        rows.append(
            [
                s.name,
                winner_text(s),
                *costs,
                headline.text(s.ept.exits),
                headline.text(s.spt.exits),
                headline.text(s.ept.executed),
                headline.text(s.spt.executed),
                number(s.ept.table_bytes / 1024),
                number(s.spt.table_bytes / 1024),
            ]
        )
    return Table(
        [
            "phase",
            "cheaper",
            "%s EPT" % unit,
            "%s shadow" % unit,
            "exits EPT",
            "exits shadow",
            "flushes EPT",
            "flushes shadow",
            "KiB EPT",
            "KiB shadow",
        ],
        "llrrrrrrrr",
        rows,
        "%s, exits and flushes executed by the hypervisor: per operation. KiB of tables: at the "
        "end of the phase." % unit.capitalize(),
    )


def details(suite):
    """Every measurement with its spread and sample count, folded."""
    rows = []
    for c in suite.conditions:
        m = suite.measure(c)
        changed = " ".join("%s=%s" % item for item in suite.changed(c).items())
        rows.append(
            [
                name_of(c.workload, c.phase),
                m.condition,
                "EPT" if c.mmu == "ept" else "shadow",
                changed or "default",
                c.params,
                str(m.ops),
                str(m.count),
                number(m.cost),
                "%s–%s" % (number(m.low), number(m.high)),
                headline.text(m.exits),
                headline.text(m.executed),
                headline.text(m.trapped),
                headline.text(m.untrapped),
                str(m.table_bytes),
                str(m.guest_bytes),
            ]
        )
    rows.sort(key=lambda r: list(suite.base).index(r[0].split(":")[0]))
    return Table(
        [
            *("phase", "condition", "backend", "knobs", "parameters", "ops", "samples"),
            *("%s/op" % suite.results.tsc_unit, "span", "exits/op", "flushes executed/op"),
            *("flushes trapped/op", "flushes untrapped/op", "table bytes", "guest table bytes"),
        ],
        "lllllrrrrrrrrrr",
        rows,
        "The span is the 95 % confidence interval of the median from six repetitions "
        "on, below that the whole range.",
        "Every measurement: knobs, parameters, samples and span",
    )
