# SPDX-License-Identifier: GPL-2.0
"""The report of a run under KVM alone: where ours can't be loaded, a container say.

There is nothing to compare, so there are no verdicts and no pictures: what KVM did,
phase by phase, and under which of its MMUs.
"""
import beside
import peer
import results
from document import Bullets, Heading, Table, Text
from headline import text
from results import name_of


def applies(loaded):
    """Is there nothing but rows of engine kvm?"""
    engines = {c.engine for c in loaded.samples}
    return engines == {results.KVM}


def row_of(loaded, condition, defaults):
    """One phase."""
    samples = loaded.of(condition)

    def per_operation(total):
        values = [total(s) for s in samples]
        if None in values:
            return "–"
        return text(peer.over(samples, lambda s: total(s) / s["ops"]))

    return [
        name_of(condition.workload, condition.phase),
        condition.params,
        peer.changed_words(dict(condition.knobs), defaults),
        per_operation(peer.kvm_exits),
        per_operation(peer.kvm_flushes),
        per_operation(peer.kvm_tsc),
        text(peer.over(samples, lambda s: s["table_pages"]))
        if all("table_pages" in s for s in samples)
        else "–",
        str(len(samples)),
    ]


def blocks(loaded, defaults, environment, warnings):
    """The whole report."""
    mmus = [m for m in results.MMUS if loaded.conditions(mmu=m)]
    under = " and ".join(beside.UNDER[m] for m in mmus)
    found = [
        Heading(1, "KVM alone: %s (%s)" % (under, environment.where)),
        Text(
            "It ran in this machine: **%s**. "
            "This run holds engine kvm and nothing else, so there is nothing to compare with. "
            "The MMU that KVM had: **%s**. Where hvbench's module can be loaded, "
            "`hvbench suite` runs both and the report holds them side by side."
            % (environment.where, under)
        ),
        *beside.what_kvm(environment),
    ]
    if warnings:
        found += [Heading(2, "Not in this report"), Bullets(warnings)]
    for mmu in mmus:
        found += [
            Heading(2, beside.TITLE[mmu]),
            Table(
                [
                    *("phase", "parameters", "knobs", "exits", "flushes"),
                    *(loaded.tsc_unit, "table pages", "samples"),
                ],
                "lllrrrrr",
                [row_of(loaded, c, defaults) for c in loaded.conditions(mmu=mmu)],
                "Medians per operation, the host's interrupts left out; pages of tables at the end "
                "of the phase. – is what this kernel or these rights did not tell.",
            ),
        ]
    return found
