# SPDX-License-Identifier: GPL-2.0
"""What the report says: its blocks in the order of reading.

The report calls blocks() with everything measured; this module holds the
words, and no arithmetic beyond counting and choosing.
"""
import collections

import answer
import beside
import headline
import modelled_section
import modelled_verdicts
import repeat
import settings
import verdicts
from conditions import NOT_MEASURABLE
from document import Claim, Code, Figure, Heading, Table, Text
from environment import EMULATED, NESTED
from gnuplot import LOCALE, command
from verdicts import number

# What blocks() needs besides the measurements: pictures in the order of
# reading, winner and cost first; what groups.groups() found; sentences of what
# is missing; [(figure, seconds)]; what the tests proved; the run's name; the blocks
# of what was measured of whole runs.
Extras = collections.namedtuple("Extras", "pictures groups warnings seconds proof run whole")

def machine_text(environment):
    """The paragraph that says what a number is; it begins with the kind of machine."""
    if environment.kind == EMULATED:
        return (
            "**Emulated machine.** The module and the guests that run on the metal ran in an "
            "emulated Intel machine. Counts of events (exits, flushes, faults) are exact. "
            "Costs are **instructions executed**, not cycles and not time: memory, caches "
            "and TLB misses cost nothing extra here, so what depends on them alone is "
            "**%s**." % NOT_MEASURABLE
        )
    if environment.kind == NESTED:
        return (
            "**VM with nested VT-x.** The guests ran in a virtual machine whose own hypervisor "
            "emulates VT-x for it. Costs are TSC cycles, medians over the repetitions, and they "
            "are not those of the metal: that hypervisor shadows our EPT, and much of what costs "
            "nothing more than an instruction there, INVEPT and INVVPID among it, is an exit to "
            "it here. Don't compare them with a run on the metal."
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
    ablations = {p.name: p for p in extras.pictures if p.name.startswith("ablation-")}
    top = [p for p in extras.pictures if p.name in ("winner", "winner-phases", "cost")]
    by_kvm = [p for p in extras.pictures if p.name.startswith("peer-")]
    of_model = [p for p in extras.pictures if p.name.startswith("model-")]
    apart = [*top, *by_kvm, *of_model, *ablations.values()]
    rest = [p for p in extras.pictures if p not in apart]
    figures = {
        name: Figure(p, command(run + "/plots", name)) for name, p in ablations.items()
    }
    out = [
        Heading(1, "EPT against shadow page tables (%s)" % environment.where),
        Text(machine_text(environment), "machine"),
        *modelled_section.section(suite, number, pictures_blocks(of_model, run)),
        *answer.summary(suite, peers),
    ]
    out += pictures_blocks(top[:1], run)
    out += answer.tables(suite) + pictures_blocks(top[1:], run) + [answer.details(suite)]
    out += pictures_blocks(rest, run) + settings.memory(suite)
    out += settings.ablations(suite, extras.groups, figures)
    out += settings.dirty_logging(suite, extras.groups, figures)
    out += settings.guest(suite)
    out += beside.section(peers, environment, pictures_blocks(by_kvm, run))
    out += extras.whole
    out += [Heading(2, "The literature's claims, judged by this run")]
    by_model = modelled_verdicts.judges(suite)
    out += [Claim(*c) for c in verdicts.claims(suite, environment, by_model)]
    even = modelled_verdicts.break_even(suite) or verdicts.break_even(suite)
    out += [Heading(3, "Break-even"), Text(even)]
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
