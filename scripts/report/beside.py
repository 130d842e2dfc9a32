# SPDX-License-Identifier: GPL-2.0
"""The report's part on KVM: the same guests under the hypervisor that everybody knows.

contents.py asks for bullet() and section() with the run's peer.Peers; both are
empty where the run holds no rows of engine kvm. Where KVM is better comes first.
"""
import groups
import peer
import repeat
import results
from conditions import CONDITIONS, NOT_MEASURABLE
from document import Bullets, Heading, Table, Text
from headline import ratio_text
from results import name_of
from sides import UNDER
from verdicts import number

BACKEND = {"ept": "EPT", "spt": "shadow"}
TITLE = {"ept": "EPT", "spt": "Shadow paging"}
# Phases whose exits are told by reason, for each MMU.
BY_REASON = 6

# The parameters of kvm and of kvm_intel on which memory depends.
COMMON_PARAMETERS = ("tdp_mmu", "nx_huge_pages")
MMU_PARAMETERS = ("ept", "eptad", "pml", "vpid", "unrestricted_guest", "nested")


def words_of(quantity):
    """A quantity as a reader calls it."""
    return {
        peer.FLUSHES: "flushes executed",
        peer.OUTSIDE: "instructions outside the guest",
        peer.TABLES: "pages of tables",
    }.get(quantity, quantity)


def ratio(both):
    """Ours by KVM's, for a table."""
    value = peer.ratio_of(*both) if both else None
    return "–" if value is None else ratio_text(value)


def label(suite, pair):
    """A phase, and what of it is not the base."""
    other = [groups.difference(suite, pair)]
    other += ["log=" + pair.log] if pair.log not in ("off", "-") else []
    other += [pair.knobs] if pair.knobs != peer.DEFAULT else []
    other = " ".join(o for o in other if o)
    return name_of(pair.workload, pair.phase) + (" (%s)" % other if other else "")


def is_base(suite, pair):
    """Is it of the phases that tables and pictures show?"""
    return (
        pair.params == suite.base[pair.workload]
        and pair.knobs == peer.DEFAULT
        and suite.declared(pair) in CONDITIONS
    )


def mean_words(peers):
    """What outside the guest comes to, or the whole phases where nothing tells it."""
    means = {m: peers.geomean(m) for m in results.MMUS}
    said = [
        "**%s** of KVM's under %s (%d phases)" % (ratio_text(mean), UNDER[m], phases)
        for m, (mean, phases) in means.items()
        if mean is not None
    ]
    if said:
        return "Instructions outside the guest, geometric mean: %s." % " and ".join(said)
    worst = {m: peers.worst(m, peers.unit) for m in results.MMUS}
    said = ["**%s** under %s" % (ratio_text(w), UNDER[m]) for m, w in worst.items() if w]
    return "The most that a phase takes of KVM's %s: %s." % (peers.unit, " and ".join(said))


def better(peers):
    """[(Row)] of everything in which KVM is better."""
    return [r for rows in peer.by_place(peers.rows()).values() for r in peer.behind(rows)]


def events(peers):
    """What is compared beside memory, in words."""
    return "exits, flushes or %s" % peers.unit


def bullet(peers):
    """One line for the answer, [] without KVM."""
    if not peers.pairs:
        return []
    phases = len({r.place for r in better(peers) if r.quantity != peer.TABLES})
    return [
        "**Beside KVM,** which ran the same guests. %s Phases in which KVM has fewer %s: "
        "%s of %s." % (mean_words(peers), events(peers), phases or "none", out_of(peers))
    ]


def out_of(peers):
    """How many phases could be compared, and how many not."""
    unmeasured = sum(not peers.measurable(p) for p in peers.pairs)
    words = "%d" % (len(peers.pairs) - unmeasured)
    if unmeasured:
        words += "; %d more, in which only TLB misses could differ, are %s" % (
            unmeasured,
            NOT_MEASURABLE,
        )
    return words


def better_table(peers, rows, fold):
    """Where KVM is better, with both numbers."""
    pairs = {p[:6]: p for p in peers.pairs}
    return Table(
        ["phase", "backend", "what", "ours", "KVM", "ours ÷ KVM"],
        "lllrrr",
        [
            [
                label(peers.suite, pairs[r.place]),
                BACKEND[r.mmu],
                words_of(r.quantity),
                number(r.ours),
                number(r.kvm),
                ratio(r[-2:]),
            ]
            for r in rows
        ],
        "Totals of the phase.",
        fold,
    )


def where_better(peers):
    """Where KVM is better, in everything that happens, and then in memory."""
    rows = better(peers)
    out = [Heading(3, "Where KVM is better")]
    for quantities, what, every, fold in (
        (peers.quantities[:-1], "fewer " + events(peers), out_of(peers), ""),
        (
            (peer.TABLES,),
            "fewer pages of tables",
            "%d" % len(peers.pairs),
            "The phases at whose end KVM has fewer tables",
        ),
    ):
        found = [r for r in rows if r.quantity in quantities]
        phases = len({r.place for r in found})
        out.append(
            Text("**Phases in which KVM has %s: %s** of %s." % (what, phases or "none", every))
        )
        if found:
            out.append(better_table(peers, found, fold))
    return out


def amount(value):
    """A number for one operation; a small one is never 0."""
    return number(value) if value >= 0.1 else ratio_text(value)


def cells(peers, pair):
    """One phase in a table."""

    def three(quantity):
        both = pair.both.get(quantity)
        if both is None:
            return ["–"] * 3
        return [amount(v / pair.ops) for v in both] + [ratio(both)]

    tables = pair.both.get(peer.TABLES)
    row = [label(peers.suite, pair)]
    row += three(peer.EXITS) + three(peer.FLUSHES)
    row += three(peers.unit) if peers.measurable(pair) else ["–"] * 3
    if peers.gap is not None:
        row.append(ratio(pair.both[peer.OUTSIDE]))
    return row + ([number(v) for v in tables] if tables else ["–"] * 2) + [ratio(tables)]


def tables(peers, mmu):
    """All phases of an MMU: the base ones open, the others folded."""
    header = ["phase"]
    for what in ("exits", "flushes", peers.unit):
        header += ["%s ours" % what, "%s KVM" % what, "ratio"]
    header += ["outside, ratio"] if peers.gap is not None else []
    header += ["tables ours", "tables KVM", "ratio"]
    out = []
    for base, fold in ((True, ""), (False, "%s: set-up, other parameters and knobs" % TITLE[mmu])):
        rows = [
            cells(peers, p)
            for p in peers.pairs
            if p.mmu == mmu and is_base(peers.suite, p) == base
        ]
        if rows:
            out.append(
                Table(
                    header,
                    "l" + "r" * (len(header) - 1),
                    rows,
                    "Per operation, but pages of tables at the end of the phase. A ratio is ours "
                    "divided by KVM's; – where neither has any%s, inf where only ours has some."
                    % (
                        " or it is " + NOT_MEASURABLE
                        if peers.suite.results.emulated
                        else ""
                    ),
                    fold,
                )
            )
    return out


def reasons(peers, mmu):
    """Exits by reason of the phases that differ most."""
    found = [p for p in peers.pairs if p.mmu == mmu and p.by_reason and is_base(peers.suite, p)]

    def apart(pair):
        return abs(pair.both[peer.EXITS][0] - pair.both[peer.EXITS][1]) / pair.ops

    found = sorted((p for p in found if apart(p)), key=apart, reverse=True)[:BY_REASON]
    rows = []
    for p in found:
        names = [n for n in sorted(set().union(*p.by_reason)) if any(s.get(n) for s in p.by_reason)]
        for name in names:
            both = [side.get(name, 0) / p.ops for side in p.by_reason]
            rows.append([label(peers.suite, p), name] + [amount(v) for v in both])
    if not rows:
        return []
    return [
        Table(
            ["phase", "reason", "ours", "KVM"],
            "llrr",
            rows,
            "Exits of one operation by reason, of the phases in which they differ most.",
        )
    ]


def counted_by(described):
    """How KVM's flushes and exits by reason were counted: environment.json says it."""
    flushes = {
        "functions": "KVM's flushes are counted as the calls of those functions of the kernel that "
        "execute INVEPT and INVVPID, in a run of their own.",
        "statistics": "This kernel does not let its functions be counted, so KVM's flushes are "
        "from its statistics, `kvm.tlb_flush` and the INVLPG that it trapped: **a lower bound**, "
        "without those for a new root.",
    }.get(described.get("flush_counts"), "How KVM's flushes were counted is not available.")
    if described.get("exit_reasons"):
        return flushes + " Its exits by reason are from the tracepoint `kvm_exit`, in that run."
    return flushes + (
        " Its exits by reason could not be had; those of the host's interrupts are from its "
        "statistics."
    )


def parameters(values, names):
    """Those of a module that are there, as code."""
    return " ".join("`%s=%s`" % (n, values[n]) for n in names if n in values)


def what_kvm(environment):
    """Which KVM it was: bullets from environment.json, which holds the other parameters."""
    described = environment.values.get("kvm")
    described = described if isinstance(described, dict) else {}
    common = described.get("common_parameters")
    items = []
    if isinstance(common, dict):
        items = ["Both: `kvm` with %s" % parameters(common, COMMON_PARAMETERS)]
    for mmu in results.MMUS:
        module = described.get(mmu)
        if isinstance(module, dict) and isinstance(module.get("parameters"), dict):
            items.append(
                "%s: `%s` of the host's kernel %s with %s"
                % (
                    TITLE[mmu],
                    module.get("module", "kvm_intel"),
                    environment.values.get("kernel") or "(not available)",
                    parameters(module["parameters"], MMU_PARAMETERS),
                )
            )
    return ([Bullets(items)] if items else []) + [Text(counted_by(described))]


def how(peers):
    """What is compared with what, and how fair that is."""
    words = (
        "The same guest, with the same parameters, run by this kernel's KVM. Of ours it is the run "
        "with the same knobs where KVM has them, and the fewest others changed; with 2M leaves "
        "where the host's pages are large and with A/D bits under a log of writes, for so KVM "
        "has it (for log=fault it is loaded with pml=0). Tables are counted without what either "
        "keeps beside them, which KVM does not tell. The host's interrupts are left out of both; what they took of KVM's phases is an "
        "estimate."
    )
    if peers.gap is not None:
        most, phases = peers.deviation()
        words += (
            " Outside the guest is what is left of a phase without the guest's own instructions, "
            "which are the same under both: our run tells them. The module sees all but %s "
            "instructions of an exit, by the runs that differ in `ept.fill` alone; so counted, "
            "the guest's instructions under our EPT and our shadow paging are within %s an exit "
            "of each other in all %d phases." % (number(peers.gap), number(most), phases)
        )
    elif peers.suite.results.emulated:
        words += " There are no figures outside the guest: " + peer.NO_GAP + "."
    else:
        words += (
            " On the metal a transition has a price that nothing here tells apart from the guest's "
            "own time, so whole phases are compared and nothing else."
        )
    return Text(words)


def section(peers, environment, figures):
    """The whole part; FIGURES are its pictures."""
    if not peers.pairs:
        return []
    out = [Heading(2, "Beside KVM"), *where_better(peers)]
    out += [Heading(3, "Ours and KVM's"), Text(mean_words(peers)), how(peers), *figures]
    for mmu in results.MMUS:
        found = tables(peers, mmu)
        if found:
            out += [Heading(3, "%s beside KVM's" % TITLE[mmu]), *found, *reasons(peers, mmu)]
    return out + [
        Heading(3, "Which KVM"),
        *what_kvm(environment),
        Text(repeat.sentence(peers.suite.results, results.KVM)),
    ]
