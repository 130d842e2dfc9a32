# SPDX-License-Identifier: GPL-2.0
"""What the report says: its blocks in the order of reading.

The report calls blocks() with everything measured; this module holds the
words, and no arithmetic beyond counting and choosing.
"""
import collections

import beside
import groups
import headline
import measure
import repeat
import settings
import verdicts
from document import Bullets, Claim, Code, Figure, Heading, Table, Text
from gnuplot import LOCALE, command
from rows import factor, name_of
from verdicts import number

# What blocks() needs besides the measurements: pictures in the order of
# reading, winner and cost first; what groups.groups() found; sentences of what
# is missing; [(figure, seconds)]; what the tests proved; the run's name; the blocks
# of what was measured of whole runs.
Extras = collections.namedtuple("Extras", "pictures groups warnings seconds proof run whole")

WINNER = {"ept": "EPT", "spt": "shadow"}


def won(ept, spt):
    """Who wins, for a table."""
    who, times = measure.compare(ept, spt)
    return "equal" if who == "tie" else "%s %s×" % (WINNER[who], factor(times))


def both(suite, condition):
    """[(workload, phase, ept, spt)] that ran under both backends."""
    rows = [
        (w, p, suite.find("ept", w, p), suite.find("spt", w, p)) for w, p in suite.pairs(condition)
    ]
    return [r for r in rows if r[2] and r[3]]


def summary_of(suite, condition):
    """One bullet: what a condition comes to, from its numbers."""
    rows = both(suite, condition)
    if not rows:
        return None
    unit = suite.results.tsc_unit
    results = [
        measure.compare(e, s) + (name_of(w, p).replace(": ", ", "), e, s) for w, p, e, s in rows
    ]
    score = {who: [r for r in results if r[0] == who] for who in ("ept", "spt", "tie")}
    title = measure.CONDITION_TITLE[condition].split(":")[0]
    words = []
    for who in ("ept", "spt"):
        if score[who]:
            low = min(score[who], key=lambda r: r[1])
            high = max(score[who], key=lambda r: r[1])
            span = (
                "%s×" % factor(low[1])
                if low[1] == high[1]
                else "%s× to %s× (%s)" % (factor(low[1]), factor(high[1]), high[2])
            )
            words.append(
                "%s is cheaper in %d of %d phases, by %s"
                % ("EPT" if who == "ept" else "shadow paging", len(score[who]), len(rows), span)
            )
    if score["tie"]:
        words.append(
            "the costs are equal in all %d phases" % len(rows)
            if len(score["tie"]) == len(rows)
            else "they are equal in %d" % len(score["tie"])
        )
    text = "; ".join(words)
    text = text[0].upper() + text[1:] + "."
    exits = [
        (min(getattr(m, "exits") for m in side), max(getattr(m, "exits") for m in side))
        for side in ([r[3] for r in results], [r[4] for r in results])
    ]
    text += " Exits per operation: %s under EPT, %s under shadow paging." % tuple(
        headline.text(a) if a == b else "%s to %s" % (headline.text(a), headline.text(b))
        for a, b in exits
    )
    filled = [r for r in results if not r[3].exits and r[4].exits]
    if filled and len(filled) < len(results) and exits[0][1]:
        text += (
            " In %d of them the EPT was filled before, by the guest's set-up, and has no exit."
            % len(filled)
        )
    first = results[0]
    text += " For instance %s: %s %s against %s." % (
        first[2],
        number(first[3].cost),
        unit,
        number(first[4].cost),
    )
    return "**%s.** %s" % (title, text)


def summary(suite, peers):
    """The answer in words, computed from the numbers."""
    bullets = [b for b in (summary_of(suite, c) for c in measure.CONDITIONS) if b]
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
        Text(score(suite)),
        Bullets(bullets + shadow_wins(suite) + beside.bullet(peers)),
        *settings.best(suite),
        Text(
            "Equal means closer than %d %%. Default knobs, base parameters of each workload, shadow "
            "strategy unsync, median over the repetitions; the host's own interrupts are left out of "
            "every cost and count." % (measure.TIE * 100)
        ),
    ]


def shadow_wins(suite):
    """One line: where shadow paging is cheaper, other parameters and knobs of both included."""
    matched, won_by = 0, []
    for c in suite.conditions:
        changed = suite.changed(c)
        if c.mmu != "spt" or any(k.startswith("spt.") for k in changed):
            continue
        ept = suite.find("ept", c.workload, c.phase, c.params, changed)
        spt = suite.find("spt", c.workload, c.phase, c.params, changed)
        if not ept or not spt:
            continue
        matched += 1
        who, times = measure.compare(ept, spt)
        if who == "spt":
            more = [groups.difference(suite, c)] + ["%s=%s" % k for k in changed.items()]
            more = " ".join(m for m in more if m)
            name = name_of(c.workload, c.phase) + (" (%s)" % more if more else "")
            won_by.append((times, "%s, %s×" % (name, factor(times))))
    won_by.sort(reverse=True)
    text = (
        "**Where shadow paging is cheaper.** Of all %d phases that ran under both with the same "
        "parameters and knobs, whatever these were, it is cheaper in %d" % (matched, len(won_by))
    )
    if won_by:
        text += ": " + "; ".join(words for _, words in won_by[:6])
    return [text + "."]


def score(suite):
    """The whole run in one sentence."""
    won_by = [measure.compare(e, s)[0] for c in measure.CONDITIONS for _, _, e, s in both(suite, c)]
    return (
        "Of %d phases measured under both with default knobs, **EPT is cheaper in %d, shadow "
        "paging in %d**, and in %d they cost the same. What decides is what the guest does to its page tables:"
        % (len(won_by), won_by.count("ept"), won_by.count("spt"), won_by.count("tie"))
    )


def answer_tables(suite):
    """The answer in numbers: a table for each condition."""
    return [
        block
        for c in measure.CONDITIONS
        if both(suite, c)
        for block in (
            Heading(3, measure.CONDITION_TITLE[c]),
            answer_table(suite, c, suite.results.tsc_unit),
        )
    ]


def answer_table(suite, condition, unit):
    """EPT and shadow paging side by side, a row a phase."""
    rows = []
    for w, p, e, s in both(suite, condition):
        rows.append(
            [
                name_of(w, p),
                won(e, s),
                number(e.cost),
                number(s.cost),
                headline.text(e.exits),
                headline.text(s.exits),
                headline.text(e.executed),
                headline.text(s.executed),
                number(e.table_bytes / 1024),
                number(s.table_bytes / 1024),
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
        m = measure.Measure(suite.results.of(c))
        changed = " ".join("%s=%s" % item for item in suite.changed(c).items())
        rows.append(
            [
                name_of(c.workload, c.phase),
                measure.condition_of(c.workload, c.phase),
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
            "phase",
            "condition",
            "backend",
            "knobs",
            "parameters",
            "ops",
            "samples",
            "%s/op" % suite.results.tsc_unit,
            "span",
            "exits/op",
            "flushes executed/op",
            "flushes trapped/op",
            "flushes untrapped/op",
            "table bytes",
            "guest table bytes",
        ],
        "lllllrrrrrrrrrr",
        rows,
        "The span is the 95 % confidence interval of the median from six repetitions "
        "on, below that the whole range.",
        "Every measurement: knobs, parameters, samples and span",
    )


def machine_words(results):
    """The paragraph that says what a number is."""
    if results.emulated:
        return (
            "**Emulated machine.** The module and the guests that run on the metal ran in an "
            "emulated Intel machine. Counts of events (exits, flushes, faults) are exact. "
            "Costs are **instructions executed**, not cycles and not time: memory, caches "
            "and TLB misses cost nothing extra here."
        )
    return (
        "**Metal.** The guests ran on the processor itself. Costs are TSC cycles, medians over "
        "the repetitions; what the machine was set to is under Environment."
    )


def pictures_blocks(pictures, run):
    """Headings and figures in the order of reading."""
    heads = {
        "exits": "Exits and flushes",
        "density": "Density, footprint, address spaces",
        "histogram": "The price of one exit",
        "memory": "Memory",
    }
    after = {
        "flushes": Text(
            "Comparing EPT and shadow paging on the first class alone misleads: under EPT the guest "
            "flushes its TLB itself and nobody counts it, under shadow paging the same instruction "
            "traps and the hypervisor flushes in its place. Read the three classes together."
        )
    }
    blocks = []
    for picture in pictures:
        if picture.name in heads:
            blocks.append(Heading(2, heads[picture.name]))
        blocks.append(Figure(picture, command(run + "/plots", picture.name)))
        if picture.name in after:
            blocks.append(after[picture.name])
    return blocks


def blocks(suite, peers, environment, extras):
    """The whole report; EXTRAS is everything that is not a measurement."""
    results, run = suite.results, extras.run
    where = "emulated machine" if results.emulated else "metal"
    ablations = {p.name: p for p in extras.pictures if p.name.startswith("ablation-")}
    top = [p for p in extras.pictures if p.name in ("winner", "cost")]
    by_kvm = [p for p in extras.pictures if p.name.startswith("peer-")]
    rest = [p for p in extras.pictures if p not in top + by_kvm and p.name not in ablations]
    figures = {
        name: Figure(p, command(run + "/plots", name)) for name, p in ablations.items()
    }
    out = [
        Heading(1, "EPT against shadow page tables (%s)" % where),
        Text(machine_words(results), "machine"),
        *summary(suite, peers),
    ]
    out += pictures_blocks(top[:1], run)
    out += answer_tables(suite) + pictures_blocks(top[1:], run) + [details(suite)]
    out += pictures_blocks(rest, run) + settings.memory(suite)
    out += settings.ablations(suite, extras.groups, figures)
    out += settings.dirty_logging(suite, extras.groups, figures)
    out += settings.guest(suite)
    out += beside.section(peers, environment, pictures_blocks(by_kvm, run))
    out += extras.whole
    out += [Heading(2, "The literature's claims, judged by this run")]
    out += [Claim(*c) for c in verdicts.claims(suite, environment)]
    out += [Heading(3, "Break-even"), Text(verdicts.break_even(suite))]
    out += [
        Heading(2, "Environment"),
        Table(["what", "value"], "ll", [[n, v] for n, v in environment.rows()]),
    ]
    out += proven(extras.proof)
    times = ["%s %s s" % (n, headline.text(v)) for n, v in extras.seconds if v is not None]
    if times:
        out.append(
            Text(
                "Wall-clock times of the harness on its host, measurements of nothing in "
                "the guest: %s." % ", ".join(times)
            )
        )
    out.append(Text(repeat.sentence(results)))
    out += [Text("**Left out:** %s." % w.rstrip("."), "warning") for w in extras.warnings]
    out += reproduce(environment, extras.pictures, run)
    return out


def proven(proof):
    """What the tests said of the code that was measured."""
    if not proof:
        return []
    words = "; ".join(
        "%s: %s %s" % (name, number(float(value)), unit) for name, value, unit in proof
    )
    return [Text("Proven by the tests, outside of this run: %s." % words)]


def reproduce(environment, pictures, run):
    """How to get all of it again."""
    told = environment.values.get("command")
    out = [
        Heading(2, "Reproduce"),
        Text(
            "The run, from a clone at the commit above, what differs from this one, and this "
            "report from its results:"
        ),
        Code(
            "make bench\nmake compare A=%s B=results/latest\nscripts/report/report %s" % (run, run)
        ),
        Text(
            "The measurements were made by `%s`." % told
            if told
            else "The command that made the measurements is not available."
        ),
    ]
    if pictures:
        folder = run + "/plots"
        out += [
            Text(
                "Every picture has its gnuplot script and its data in `%s`; the command "
                "stands under each. All of them:" % folder
            ),
            Code("cd %s && for p in *.gp; do LC_ALL=%s gnuplot $p; done" % (folder, LOCALE)),
        ]
    return out
