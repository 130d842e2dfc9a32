# SPDX-License-Identifier: GPL-2.0
"""The pictures of KVM beside ours: ours divided by KVM's, phase by phase.

Called by the report with a peer.Peers; each function returns a Picture, or None
where the run has no ratio to draw.
"""
import math

import beside
import conditions
import peer
from gnuplot import BACKEND, Picture
from rows import Layout, title

MMUS = ("ept", "spt")
NAMES = {"ept": "EPT", "spt": "shadow"}


def phases(peers, quantity):
    """{(label, condition): {mmu: (ours, KVM's)}} of the base phases, in the order of the file."""
    found = {}
    for pair in peers.pairs:
        if beside.is_base(peers.suite, pair) and quantity in pair.both:
            key = (beside.label(peers.suite, pair), peers.suite.declared(pair))
            found.setdefault(key, {})[pair.mmu] = pair.both[quantity]
    return found


def drawable(both):
    """Has the ratio a place on a logarithmic axis?"""
    return both is not None and both[0] > 0 and both[1] > 0


def told(sides):
    """Words for where one of the two has none, beside what can be drawn."""
    return ", ".join(
        "%s: %s" % (NAMES[mmu], "KVM none" if ours else "ours none")
        for mmu, (ours, kvm) in sides.items()
        if bool(ours) != bool(kvm)
    )


def power(exponent):
    """A power of two as a tic: 1/8, 1, 4."""
    return "1/%d" % 2**-exponent if exponent < 0 else "%d" % 2**exponent


def axis(ratios):
    """(low end, high end, `set xtics` list): powers of two around 1."""
    low = math.floor(math.log2(min(ratios + [0.5])) - 0.2)
    high = math.ceil(math.log2(max(ratios + [1.0])) + 0.7)
    every = 1 if high - low <= 10 else 2
    powers = [e for e in range(low, high + 1) if e % every == 0]
    return 2.0**low, 2.0**high, ", ".join('"%s" %.10g' % (power(e), 2.0**e) for e in powers)


def none_of(count):
    """The caption's words for phases that have no row."""
    if not count:
        return ""
    return "; %d phase%s in which neither engine has any %s left out" % (
        count,
        "" if count == 1 else "s",
        "is" if count == 1 else "are",
    )


def dots(peers, where, name, quantity, words):
    """Two dots a phase, at ours by KVM's."""
    found = phases(peers, quantity)
    shown = {k: s for k, s in found.items() if any(any(b) for b in s.values())}
    ratios = [b[0] / b[1] for s in shown.values() for b in s.values() if drawable(b)]
    if not ratios:
        return None
    low, high, tics = axis(ratios)
    layout = Layout(
        [
            (conditions.SHORT_TITLE[c], [(key, key[0]) for key in shown if key[1] == c])
            for c in conditions.CONDITIONS
        ]
    )
    rows = []
    for y, label, key in layout.rows:
        sides = [shown[key].get(m) for m in MMUS]
        values = [b[0] / b[1] if drawable(b) else None for b in sides]
        # At the very edge gnuplot would clip the words.
        last = max((v for v in values if v), default=low * 1.05)
        rows.append([label, y] + values + [last, told(shown[key]) or None])
    picture = Picture(
        name,
        "Beside KVM: %s (%s)" % (words, where),
        "%s, ours divided by KVM's, phase by phase: left of 1 ours has fewer. Base parameters. "
        "Where one has none, words say so; where neither has any, there is no dot%s."
        % (
            words[0].upper() + words[1:],
            none_of(len(found) - len(shown)),
        ),
        layout.height,
    )
    data = picture.table(["phase", "y", *MMUS, "last", "text"], rows)
    picture.add(
        title("Beside KVM: %s" % words, "%s · ours ÷ KVM's, log axis" % where, layout.height),
        *layout.commands(),
        "set rmargin at screen 0.95",
        "set logscale x 2",
        "set xrange [%.6g:%.6g]" % (low, high),
        "set xtics (%s)" % tics,
        'set label "ours fewer ←  ours ÷ KVM  → KVM fewer" '
        'at screen 0.985, screen %.4f right font ",12"' % (18 / layout.height),
        'set arrow from 1, graph 0 to 1, graph 1 nohead back lc rgb "#808080" lw 1.6',
        layout.legend(
            [
                (words, BACKEND[m]["point"], BACKEND[m]["colour"])
                for m, words in (("ept", "EPT"), ("spt", "shadow paging (unsync)"))
            ]
        )
    )
    point = (
        '"%s" using (column("%s")):(column("y")%+.2f) with points pt %d ps %.2f lc rgb "%s" notitle'
    )
    picture.plot(
        data,
        [
            (m, point % (data, m, lane, BACKEND[m]["point"], 0.95, BACKEND[m]["colour"]))
            for m, lane in (("spt", -0.16), ("ept", 0.16))
        ]
        + [
            (
                "text",
                '"%s" using (column("last")):(column("y")):(stringcolumn("text")) with labels '
                'left offset 1,0 font ",10" notitle' % data,
            )
        ],
    )
    return picture


def cost(peers, where):
    """What a phase takes outside the guest; the whole phase where nothing tells that."""
    if peers.gap is not None:
        return dots(peers, where, "peer-cost", peer.OUTSIDE, "instructions outside the guest")
    return dots(peers, where, "peer-cost", peers.unit, "%s of the whole phase" % peers.unit)


def exits(peers, where):
    """VM exits."""
    return dots(peers, where, "peer-exits", peer.EXITS, "VM exits")


def flushes(peers, where):
    """TLB flushes executed."""
    return dots(peers, where, "peer-flushes", peer.FLUSHES, "TLB flushes executed")


def tables(peers, where):
    """Memory of the tables at the end of a phase."""
    return dots(peers, where, "peer-tables", peer.TABLES, "pages of EPT or shadow tables")
