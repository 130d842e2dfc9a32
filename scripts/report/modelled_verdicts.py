# SPDX-License-Identifier: GPL-2.0
"""Verdicts on the literature's claims that only a price of a TLB miss can give.

contents.py asks for judges(), which take the place of those of verdicts.py that cannot
tell in a count of instructions, and for break_even(). Both are of the first CPU of the run,
and empty where nothing was modelled.
"""
import conditions
import modelled
import modelled_section
from break_even import edit, extras, missing_phases
from verdicts import FAILS, HOLDS, PART, UNMEASURED, number, plural

def count_of(pairs, who):
    """How many of PAIRS who wins."""
    return sum(pair.winner == who for pair in pairs)


def suits_misses(model):
    """EPT suits programs with many page-table misses, and exits less."""
    missing = missing_phases(model)
    faults = [
        pair
        for pair in model.pairs
        if model.suite.declared(pair) in (conditions.COLD, conditions.CHANGE)
    ]
    if not missing or not faults:
        return UNMEASURED, "No phase with many TLB misses was modelled under both MMUs."
    won = count_of(missing, "ept"), count_of(faults, "ept")
    lost = count_of(missing, "spt"), count_of(faults, "spt")
    halves = [w > l for w, l in zip(won, lost)]
    return HOLDS if all(halves) else PART if any(halves) else FAILS, (
        "It depends on which misses are meant. Where page tables are filled or changed, EPT is "
        "cheaper in %d of %s on %s, shadow paging in %d. In warm phases in which at least one in "
        "ten operations misses the TLB, EPT is cheaper in %d of %s, shadow paging in %d: there "
        "EPT's longer walks are all that differs."
        % (
            won[1],
            plural(len(faults), "phase"),
            model.cpu,
            lost[1],
            won[0],
            plural(len(missing), "phase"),
            lost[0],
        )
    )


def two_walks(model):
    """Every EPT access walks two tables."""
    missing = missing_phases(model)
    if not missing:
        return UNMEASURED, "No phase with many TLB misses was modelled under both MMUs."
    pair = missing[-1]
    references = [model.references(mmu, pair) or 0 for mmu in ("ept", "spt")]
    warm = [p for p in model.pairs if model.suite.declared(p) == conditions.WARM]
    rest = len(warm) - len(missing)
    return PART if references[0] > references[1] else FAILS, (
        "Only an access that misses the TLB walks: in %d of %s on %s fewer than one operation in "
        "ten does. A walk reads up to 24 entries under EPT in theory, and 4 under shadow paging; "
        "with the CPU's paging-structure caches, in %s, it reads %s under EPT and %s under shadow "
        "paging."
        % (
            rest,
            plural(len(warm), "warm phase"),
            model.cpu,
            modelled_section.in_sentence(model.suite, pair),
            *map(number, references),
        )
    )


def fast_hits(model):
    """Shadow paging is fast when it hits and suits programs that touch few addresses often."""
    pairs = [p for p in model.pairs if (p.workload, p.phase, p.base) == ("hot-set", "hot", True)]
    if not pairs:
        return UNMEASURED, "The workload hot-set was not modelled under both MMUs."
    pair = pairs[0]
    words = "Touching a hot set of pages takes %s modelled cycles of %s under shadow paging, %s under EPT." % (
        number(pair.spt.mid),
        model.cpu,
        number(pair.ept.mid),
    )
    if pair.winner == "tie":
        words += " It is fast, and EPT is as fast: an access that hits the TLB walks nothing."
    return {"spt": HOLDS, "ept": FAILS}.get(pair.winner, PART), words


JUDGES = (suits_misses, two_walks, fast_hits)


def first_model(suite):
    """The first CPU of a run in the emulated machine, or None."""
    return next(iter(modelled.models(suite) if suite.results.emulated else []), None)


def judges(suite):
    """{name: judge}, as verdicts.claims() takes them."""
    model = first_model(suite)
    return {j.__name__: lambda *_, judge=j: judge(model) for j in JUDGES} if model else {}


def break_even(suite):
    """How many walks an edit of a page table is worth; None where it was not modelled."""
    model = first_model(suite)
    found = sorted(extras(model), key=lambda extra: extra.cycles.mid) if model else []
    of_edit = edit(model) if found else None
    if not of_edit:
        return None
    if min(of_edit.cycles) <= 0:
        return "An edit of a page table costs no more under shadow paging here than under EPT."
    low, high = found[0], found[-1]
    names = [modelled_section.in_sentence(suite, extra.pair) for extra in (low, high)]
    costs = [extra.cycles.mid for extra in (high, low)]
    return (
        "On %s a page walk costs %s (%s) to %s (%s) modelled cycles more under EPT; an edit of a "
        "PTE with its INVLPG and the touch after it costs %s more under shadow paging. **Shadow "
        "paging is cheaper where a program takes more than %s page walks for each such edit**, the "
        "fewer the more of a walk's references miss the data caches. Measured on Nehalem: 4 ns a "
        "miss against 10 µs an update, 2,500 to 1 (Wang et al., VEE 2011)."
        % (
            model.cpu,
            number(low.cycles.mid),
            names[0],
            number(high.cycles.mid),
            names[1],
            number(of_edit.cycles.mid),
            " to ".join(
                dict.fromkeys(number(round(of_edit.cycles.mid / cost)) for cost in costs)
            ),
        )
    )
