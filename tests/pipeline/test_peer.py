# SPDX-License-Identifier: GPL-2.0
"""KVM beside ours: the arithmetic, number by number."""
import math
import os
import tempfile
import unittest

import conditions
import headline
import peer
import results
import uapi
from test_arithmetic import sample, suite_of

KNOBS = ("backing", "populate", "vpid", "la57", "log")
PLACE = ("w", "a=1", "p")


def peers_of(ours, kvm, unit="instructions"):
    """peer.Peers over rows as suite_of() takes them, KVM's with KVM's knobs."""
    suite = suite_of(ours)
    suite.results.tsc_unit = unit
    for mmu, changed, workload, params, phase, samples in kvm:
        knobs = tuple(
            (k, changed.get(k, default) if k in KNOBS else "-")
            for k, (_, default) in uapi.knobs().items()
        )
        suite.results.declared.setdefault((workload, phase), conditions.CHANGE)
        suite.results.samples[results.Condition("kvm", mmu, knobs, workload, params, phase)] = {
            i + 1: s for i, s in enumerate(samples)
        }
    return peer.Peers(suite)


def seen(tsc, exits, outside, **more):
    """A sample of ours."""
    reasons = {"exit__EPT_VIOLATION": exits, "outside_tsc__EPT_VIOLATION": outside}
    return sample(**{"tsc": tsc, "vm_exits": exits, "outside_tsc": outside, **reasons, **more})


def filled(more=()):
    """Two EPT runs of one phase: 5000 instructions inside, a gap of 50 an exit."""
    return [
        ("ept", {}, *PLACE, [seen(50000, 100, 40000)]),
        ("ept", {"ept.fill": "8"}, *PLACE, [seen(14000, 20, 8000)]),
        *more,
    ]


def plain(mmu, changed=None, place=PLACE, **values):
    """A row of one sample that has nothing outside the guest."""
    return (mmu, changed or {}, *place, [sample(**{"outside_tsc": 0, "vm_exits": 0, **values})])


class Outside(unittest.TestCase):
    """What a phase takes outside the guest."""

    def test_gap(self):
        """the gap of an exit is what two fill sizes differ by inside, by their exits"""
        self.assertEqual(peer.gap_of(suite_of(filled())), 50)

    def test_gap_is_a_median(self):
        """the gap is the median of all pairs that differ in ept.fill alone"""
        rows = filled(
            [
                # (10000 - 3000) / 100 = 70, and 60 by the next.
                ("ept", {"ept.fill": "64"}, *PLACE, [seen(3000, 0, 0)]),
                ("ept", {"ept.fill": "512"}, *PLACE, [seen(4000, 0, 0)]),
                # No partner with the same A/D, and no exit more than its partner.
                ("ept", {"ept.fill": "8", "ept.ad": "on"}, *PLACE, [seen(9, 0, 0)]),
                ("ept", {}, "w", "a=2", "p", [seen(900, 7, 0)]),
                ("ept", {"ept.fill": "8"}, "w", "a=2", "p", [seen(100, 7, 0)]),
            ]
        )
        self.assertEqual(peer.gap_of(suite_of(rows)), 60)
        self.assertIsNone(peer.gap_of(suite_of(rows[:1])))

    def test_both_sides(self):
        """outside is what is left of either phase without the guest's own instructions"""
        kvm = sample(tsc=100000, vm_exits=100, host_exits=3, host_tsc=3000)
        (pair,) = peers_of(filled(), [("ept", {}, *PLACE, [kvm])]).pairs
        self.assertEqual(pair.both[peer.EXITS], (100, 100))
        self.assertEqual(pair.both["instructions"], (50000, 100000))
        # 40000 seen and 50 for each of 100; 100000 without the 5000 inside.
        self.assertEqual(pair.both[peer.OUTSIDE], (45000, 95000))

    def test_host_interrupts_of_ours(self):
        """the host's exits have their gap too, and are left out with it"""
        rows = filled()
        host = {"host_exits": 2, "host_tsc": 600}
        more = seen(50000 + 2 * 50, 100, 40000, **host)
        rows[0] = ("ept", {}, *PLACE, [more])
        peers = peers_of(rows, [("ept", {}, *PLACE, [sample(tsc=100000)])])
        self.assertEqual(peers.gap, 50)
        self.assertEqual(peers.pairs[0].both[peer.OUTSIDE], (45000, 95000))

    def test_nothing_outside(self):
        """without an exit nothing is outside, whatever the host's share was taken for"""
        kvm = sample(tsc=9000, vm_exits=0, host_exits=3)
        (pair,) = peers_of(filled(), [("ept", {}, *PLACE, [kvm])]).pairs
        self.assertEqual(pair.both[peer.EXITS], (100, 0))
        self.assertEqual(pair.both[peer.OUTSIDE], (45000, 0))
        low = sample(tsc=0, host_tsc=5000)
        (pair,) = peers_of(filled(), [("ept", {}, *PLACE, [low])]).pairs
        self.assertEqual(pair.both["instructions"], (50000, 5000))
        self.assertEqual(pair.both[peer.OUTSIDE], (45000, 0))

    def test_metal(self):
        """on the metal whole phases are compared, in cycles, and nothing else"""
        peers = peers_of(filled(), [("ept", {}, *PLACE, [sample()])], "cycles")
        self.assertNotIn(peer.OUTSIDE, peers.pairs[0].both)
        self.assertEqual(peers.pairs[0].both["cycles"], (50000, 5000))
        self.assertEqual(
            [n for n, _ in peers.figures()][:3],
            ["kvm.cycles.worst.ept", "kvm.exits.worst.ept", "kvm.flushes.worst.ept"],
        )
        self.assertFalse([w for w in peers.missing() if "geomean" in w])

    def test_deviation(self):
        """how far the guest's instructions under both MMUs are apart, for an exit"""
        # 5000 inside under EPT; 9200 - 20 * 50 - 3100 = 5100 under shadow paging.
        shadow = ("spt", {}, *PLACE, [seen(9200, 20, 3100)])
        peers = peers_of(filled([shadow]), [])
        self.assertEqual(peers.deviation(), (5, 1))


class Choosing(unittest.TestCase):
    """Which of our conditions stands beside one of KVM's."""

    def test_counterpart(self):
        """the same knobs where KVM has them, the fewest others changed, the first of equals"""
        rows = [
            plain("ept", {"log": "ad", "ept.ad": "on", "ept.fill": "8"}, tsc=1),
            plain("ept", {"ept.ad": "on", "log": "ad"}, tsc=2),
            plain("ept", {"ept.fill": "64", "log": "ad"}, tsc=3),
            plain("ept", tsc=4),
            plain("ept", {"log": "ad"}, ("w", "a=2", "p"), tsc=5),
            plain("spt", {"log": "ad"}, tsc=6),
            plain("ept", {"log": "ad", "vpid": "off"}, tsc=7),
        ]
        for changed, log, knobs, tsc in (
            ({"log": "ad"}, "ad", "default", 2),
            ({}, "off", "default", 4),
            ({"log": "ad", "vpid": "off"}, "ad", "vpid=off", 7),
        ):
            (pair,) = peers_of(rows, [plain("ept", changed)]).pairs
            self.assertEqual((pair.log, pair.knobs), (log, knobs))
            self.assertEqual(pair.both["instructions"][0], tsc)

    def test_what_kvm_does(self):
        """large leaves where the host's pages are large, and A/D bits under a log of writes"""
        rows = [
            plain("ept", {"backing": "2m"}, tsc=1),
            plain("ept", {"backing": "2m", "ept.leaf": "2m"}, tsc=2),
            plain("spt", {"backing": "2m"}, tsc=3),
            plain("spt", {"backing": "2m", "spt.large": "on"}, tsc=4),
            plain("ept", {"log": "fault"}, tsc=5),
            plain("ept", {"log": "fault", "ept.ad": "on"}, tsc=6),
            plain("spt", {"log": "fault"}, tsc=7),
        ]
        for mmu, changed, tsc in (
            ("ept", {"backing": "2m"}, 2),
            ("spt", {"backing": "2m"}, 4),
            ("ept", {"log": "fault"}, 6),
            ("spt", {"log": "fault"}, 7),
        ):
            (pair,) = peers_of(rows, [plain(mmu, changed)]).pairs
            self.assertEqual(pair.both["instructions"][0], tsc)
        self.assertEqual(peers_of(rows[:1], [plain("ept", {"backing": "2m"})]).pairs, [])

    def test_alone(self):
        """what has no counterpart is left out and told of"""
        peers = peers_of([plain("ept")], [plain("ept", {"backing": "2m"}), plain("ept")])
        self.assertEqual((len(peers.pairs), len(peers.alone)), (1, 1))
        self.assertIn(
            "1 phases of engine kvm have no counterpart among ours and are left out, the first is "
            "p of w under ept",
            peers.missing(),
        )

    def test_other_guest(self):
        """engines that count other operations did not run the same guest"""
        with self.assertRaisesRegex(peer.PeerError, "100 operations under hvbench and 99 under"):
            peers_of([plain("ept")], [plain("ept", ops=99)])

    def test_medians(self):
        """both sides are medians over their repetitions"""
        ours = ("ept", {}, *PLACE, [sample(vm_exits=n) for n in (1, 9, 2)])
        kvm = ("ept", {}, *PLACE, [sample(vm_exits=n) for n in (5, 7)])
        (pair,) = peers_of([ours], [kvm]).pairs
        self.assertEqual(pair.both[peer.EXITS], (2, 6))


class Ratios(unittest.TestCase):
    """Ours by KVM's."""

    def test_zero_and_infinite(self):
        """none by some is 0, some by none infinite, none by none nothing at all"""
        self.assertEqual(peer.ratio_of(0, 4), 0)
        self.assertEqual(peer.ratio_of(4, 0), math.inf)
        self.assertIsNone(peer.ratio_of(0, 0))

    def test_flushes(self):
        """flushes are those of the functions, else a lower bound, else unknown"""
        known = sample(flush_invept_all=3, flush_invvpid_addr=4, guest_flush_invlpg=9)
        known["kvm.tlb_flush"] = 50
        self.assertEqual(peer.kvm_flushes(known), 7)
        bound = sample(guest_flush_invlpg=9)
        bound["kvm.tlb_flush"] = 50
        self.assertEqual(peer.kvm_flushes(bound), 59)
        self.assertIsNone(peer.kvm_flushes(sample(guest_flush_invlpg=9)))
        (pair,) = peers_of([plain("ept")], [plain("ept")]).pairs
        self.assertNotIn(peer.FLUSHES, pair.both)

    def test_reasons(self):
        """exits by reason are unknown where there are exits and none has a reason"""
        host = {"exit__EXTERNAL_INTERRUPT": 4}
        known = [sample(exit__VMCALL=2, **host), sample(exit__VMCALL=8, exit__HLT=1)]
        self.assertEqual(peer.reasons(known), {"HLT": 0.5, "VMCALL": 5})
        self.assertIsNone(peer.reasons([sample()]))
        self.assertEqual(peer.reasons([sample(vm_exits=0)]), {})

    def phases(self, *exits):
        """Peers over phases with so many exits of ours and KVM's."""
        places = [("w", "a=1", "p%d" % i) for i in range(len(exits))]
        return peers_of(
            [plain("ept", {}, p, vm_exits=e[0]) for p, e in zip(places, exits)],
            [plain("ept", {}, p, vm_exits=e[1]) for p, e in zip(places, exits)],
        )

    def test_worst(self):
        """the worst is the largest where one of them has any"""
        self.assertEqual(self.phases((0, 0), (1, 4), (3, 6), (0, 9)).worst("ept", "exits"), 0.5)
        self.assertEqual(self.phases((1, 4), (1, 0)).worst("ept", "exits"), math.inf)
        self.assertIsNone(self.phases((0, 0)).worst("ept", "exits"))
        self.assertIsNone(self.phases((1, 1)).worst("spt", "exits"))

    def test_geomean(self):
        """the geometric mean leaves out phases where one has nothing outside"""
        peers = self.phases((1, 1), (1, 1), (1, 1), (1, 1), (1, 1))
        for pair, both in zip(peers.pairs, ((1, 8), (2, 4), (0, 9), (9, 0), (0, 0))):
            pair.both[peer.OUTSIDE] = both
        mean, phases = peers.geomean("ept")
        self.assertAlmostEqual(mean, 0.25)
        self.assertEqual(phases, 2)
        self.assertEqual(peers.geomean("spt"), (None, 0))

    def test_behind(self):
        """KVM is better where ours are more; but not by a host's share alone"""

        def found(exits, tsc):
            rows = [
                peer.Row(*"abcdef", quantity, *both)
                for quantity, both in (("exits", exits), ("instructions", tsc), ("flushes", (2, 1)))
            ]
            return [r.quantity for r in peer.behind(rows)]

        self.assertEqual(found((5, 4), (11, 10)), ["exits", "instructions", "flushes"])
        self.assertEqual(found((4, 4), (10, 10)), ["flushes"])
        self.assertEqual(found((0, 0), (11, 10)), ["flushes"])
        self.assertEqual(found((0, 1), (11, 10)), ["instructions", "flushes"])

    def test_text(self):
        """a small ratio keeps its digits"""
        for value, wanted in (
            (0, "0"),
            (0.00012345, "0.000123"),
            (0.0999, "0.0999"),
            (0.0501, "0.0501"),
            (1 / 3, "0.333"),
            (1.0, "1"),
            (12.346, "12.35"),
            (math.inf, "inf"),
        ):
            self.assertEqual(headline.ratio_text(value), wanted)


class Files(unittest.TestCase):
    """figures.tsv and peer.tsv."""

    def test_figures(self):
        """every figure is there by name, and what is missing is told of once"""
        kvm = plain("ept", tsc=100000, vm_exits=400, flush_invept_all=8)
        peers = peers_of(filled(), [kvm])
        rows = {n: (v, u) for n, v, u in headline.figures(peers.suite, peers, []) if "kvm" in n}
        self.assertEqual(
            rows,
            {
                "kvm.insn.geomean.ept": ("0.474", "ratio"),
                "kvm.insn.worst.ept": ("0.5", "ratio"),
                "kvm.exits.worst.ept": ("0.25", "ratio"),
                "kvm.flushes.worst.ept": ("0", "ratio"),
            },
        )
        self.assertEqual(
            peers.missing(),
            ["kvm.*.spt is not available: no rows of engine kvm to compare with"],
        )

    def test_no_kvm(self):
        """a run without KVM says so in one sentence"""
        peers = peers_of(filled(), [])
        self.assertEqual(
            peers.missing(), ["kvm.* is not available: the run holds no rows of engine kvm"]
        )

    def test_no_gap(self):
        """without two fill sizes there are no figures outside the guest, and a sentence why"""
        both = [plain("ept", flush_invept_all=1), plain("spt", flush_invept_all=1)]
        peers = peers_of(both, both)
        self.assertEqual(peers.missing()[0], "kvm.insn.geomean is not available: " + peer.NO_GAP)
        # Neither exits, so two figures have nothing to divide by.
        self.assertEqual(len(peers.missing()), 3)

    def test_tsv(self):
        """peer.tsv holds every quantity in the order of results.csv, and is read back"""
        kvm = [plain("ept", tsc=100000, vm_exits=4, flush_invept_all=0, table_pages=1)]
        rows = peers_of(filled(), kvm).rows()
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "peer.tsv")
            peer.write(path, rows)
            with open(path, encoding="utf-8") as file:
                lines = file.read().splitlines()
            self.assertEqual(
                lines,
                [
                    "\t".join(peer.COLUMNS),
                    "ept\tw\ta=1\tp\toff\tdefault\texits\t100\t4\t25",
                    "ept\tw\ta=1\tp\toff\tdefault\tflushes\t0\t0\t-",
                    "ept\tw\ta=1\tp\toff\tdefault\tinstructions\t50000\t100000\t0.5",
                    "ept\tw\ta=1\tp\toff\tdefault\toutside\t45000\t95000\t0.4736842105",
                    "ept\tw\ta=1\tp\toff\tdefault\ttable_pages\t2\t1\t2",
                ],
            )
            self.assertEqual(peer.read(path), rows)
            for text, word in (
                ("", "has not the columns"),
                (lines[0] + "\n", "no rows"),
                ("\n".join([lines[0], lines[1].replace("100", "many")]), "line 2 is damaged"),
                ("\n".join([lines[0], lines[1].rsplit("\t", 2)[0]]), "line 2 is damaged"),
            ):
                with open(path, "w", encoding="utf-8") as out:
                    out.write(text)
                with self.assertRaisesRegex(peer.PeerError, word):
                    peer.read(path)
