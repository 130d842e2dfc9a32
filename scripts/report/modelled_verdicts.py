# SPDX-License-Identifier: GPL-2.0
"""Verdicts on the literature's claims that only a price of a TLB miss can give.

contents.py asks for judges(), which take the place of those of verdicts.py that cannot
tell in a count of instructions, and for break_even(). Both are of the first CPU of the run,
and empty where nothing was modelled.
"""
import conditions
import modelled
import modelled_section
from measure import TIE
from verdicts import FAILS, HOLDS, PART, UNMEASURED, number, plural

# A phase has many TLB misses where so many of its operations walk the page tables.
MANY = 0.1


def missing_phases(model):
    """[Pair] of the warm phases with many TLB misses under EPT, the fewest walks first."""
    found = [
        (model.walks("ept", pair), pair)
        for pair in model.pairs
        if model.suite.declared(pair) == conditions.WARM
    ]
    return [pair for walks, pair in sorted(found, key=lambda f: f[0]) if walks >= MANY]


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
    edits = [
        p
        for p in (model.pairs if model else [])
        if (p.workload, p.phase, p.base) == ("pte-edit", "edit", True)
    ]
    missing = missing_phases(model) if edits else []
    more = [(p.ept.mid - p.spt.mid) / model.walks("ept", p) for p in missing]
    costlier = [(cost, pair) for cost, pair in zip(more, missing) if pair.winner == "spt"]
    if not costlier:
        return None
    edit = edits[0].spt.mid - edits[0].ept.mid
    low, high = (pick(costlier, key=lambda found: found[0]) for pick in (min, max))
    names = [modelled_section.in_sentence(suite, pair) for _, pair in (low, high)]
    if edit < TIE * edits[0].ept.mid:
        return "An edit of a page table costs no more under shadow paging here than under EPT."
    return (
        "On %s a page walk costs %s (%s) to %s (%s) modelled cycles more under EPT; an edit of a "
        "PTE with its INVLPG and the touch after it costs %s more under shadow paging. **Shadow "
        "paging is cheaper where a program takes more than %s page walks for each such edit**, the "
        "fewer the more of a walk's references miss the data caches. Measured on Nehalem: 4 ns a "
        "miss against 10 µs an update, 2,500 to 1 (Wang et al., VEE 2011)."
        % (
            model.cpu,
            number(low[0]),
            names[0],
            number(high[0]),
            names[1],
            number(edit),
            " to ".join(dict.fromkeys(number(round(edit / cost)) for cost in (high[0], low[0]))),
        )
    )
