# SPDX-License-Identifier: GPL-2.0
"""Do the counts repeat? The check that the report prints beside its numbers.

Counts of events must be the same in every repetition of a condition; only
times and the host's interrupts may differ, and what models count, since a modelled cache
holds what the host's interrupts left in it. What differs is named, not hidden.
"""
import measure
from results import ENGINE

# Times, and what is the host's own.
MAY_DIFFER = ("tsc", "outside_tsc", "host_exits", "host_tsc")


def counts_of(sample):
    """The counters of a sample that must repeat."""
    return {
        c: v
        for c, v in sample.items()
        if c not in MAY_DIFFER
        and not c.startswith(("outside_tsc.", "outside_histogram.", "model."))
        and not (c.startswith("exit.") and c[len("exit.") :] in measure.HOST)
    }


def unsteady(results, engine=ENGINE):
    """{counter: [condition]} of an engine's counts that differ between repetitions."""
    found = {}
    for condition in results.conditions(engine=engine):
        samples = [counts_of(s) for s in results.of(condition)]
        for counter in sorted({c for s in samples for c in s}):
            if len({s.get(counter, 0) for s in samples}) > 1:
                found.setdefault(counter, []).append(condition)
    return found


def sentence(results, engine=ENGINE):
    """What the report says about it."""
    every = results.conditions(engine=engine)
    conditions = len(every)
    repeated = sum(len(results.of(c)) > 1 for c in every)
    if not repeated:
        return "Every condition was run once, so nothing here says whether the counts repeat."
    found = unsteady(results, engine)
    if not found:
        return (
            "Checked: in all %d conditions every count of events is the same in every "
            "repetition, the host's interrupts apart." % conditions
        )
    return "These counts differ between repetitions, so read them as medians: %s." % ", ".join(
        "%s (in %d of %d conditions)" % (c, len(w), conditions) for c, w in sorted(found.items())
    )
