# SPDX-License-Identifier: GPL-2.0
"""The literature's claims: a verdict follows the numbers, and is none where nothing tells."""
import unittest

import verdicts
from conditions import COLD, NOT_MEASURABLE, SETUP, WARM
from test_arithmetic import sample, suite_of

DECLARED = {"setup": SETUP, "first_touch": COLD, "warm_up": COLD, "hot": WARM, "chase": WARM}


class Verdicts(unittest.TestCase):
    """One claim after the other."""

    def test_new_verdicts_follow_numbers(self):
        """the verdicts on strategies, large leaves and logs turn round with the numbers"""

        def judge(judge, *rows):
            return judge(suite_of(list(rows), **DECLARED), True)[0]

        def at(mmu, changed, place, **values):
            return (mmu, changed, *place, [sample(**values)])

        demand = ("demand-paging", "pages=8", "demand")
        trap, best = {"spt.sync": "trap"}, {"spt.sync": "trap", "spt.filter": "on"}
        two, one = at("spt", {}, demand, vm_exits=200), at("spt", best, demand, vm_exits=100)
        self.assertEqual(judge(verdicts.two_exits, two), verdicts.HOLDS)
        self.assertEqual(judge(verdicts.two_exits, two, one), verdicts.PART)
        self.assertEqual(
            judge(verdicts.two_exits, at("spt", {}, demand, vm_exits=100)), verdicts.FAILS
        )
        self.assertEqual(judge(verdicts.two_exits, one), verdicts.UNMEASURED)

        edit, churn = ("pte-edit", "pages=8", "edit"), ("churn", "pages=8", "churn")
        unsync = [at("spt", {}, p, vm_exits=200) for p in (edit, churn)]
        less = [at("spt", trap, p, vm_exits=100) for p in (edit, churn)]
        more = [at("spt", trap, p, vm_exits=300) for p in (edit, churn)]
        judged = verdicts.trap_exits_more
        self.assertEqual(judge(judged, *unsync, *less), verdicts.FAILS)
        self.assertEqual(judge(judged, *unsync, *more), verdicts.HOLDS)
        self.assertEqual(judge(judged, *unsync, less[0], more[1]), verdicts.PART)
        self.assertEqual(judge(judged, *unsync), verdicts.UNMEASURED)

        place = ("dirty-log", "pages=8", "round")
        looks = {"log_collect": 10, "log_written": 100, "exit__IO_INSTRUCTION": 10}
        pml = {"log": "pml", "ept.ad": "on"}
        fault = at("ept", {"log": "fault"}, place, vm_exits=110, **looks)
        self.assertEqual(
            judge(verdicts.fault_a_page, fault, at("ept", pml, place, vm_exits=12, **looks)),
            verdicts.HOLDS,
        )
        self.assertEqual(
            judge(verdicts.fault_a_page, fault, at("ept", pml, place, vm_exits=110, **looks)),
            verdicts.PART,
        )
        self.assertEqual(judge(verdicts.fault_a_page, fault), verdicts.UNMEASURED)

        touch = ("random", "pages=8", "first-touch")
        base = at("ept", {}, touch)
        small = at("ept", {"backing": "2m"}, touch, vm_exits=512, table_bytes=8192)
        leaf = {"backing": "2m", "ept.leaf": "2m"}
        for exits, table, wanted in (
            (1, 4000, verdicts.HOLDS),
            (1, 8192, verdicts.PART),
            (512, 8192, verdicts.FAILS),
        ):
            large = at("ept", leaf, touch, vm_exits=exits, table_bytes=table)
            self.assertEqual(judge(verdicts.large_leaves, base, small, large), wanted)

    def test_verdicts_follow_numbers(self):
        """a verdict turns round when the numbers do"""

        def judged(ept, spt, judge, emulated=True):
            unit = "instructions" if emulated else "cycles"
            rows = [("ept", {}, *ept), ("spt", {}, *spt)]
            return judge(suite_of(rows, unit, **DECLARED), emulated)[0]

        switch = ("switch", "spaces=8", "switch")
        one = [sample(flush_invvpid_single=100)]
        none = [sample()]
        self.assertEqual(
            judged((*switch, none), (*switch, one), verdicts.flush_on_switch), verdicts.HOLDS
        )
        self.assertEqual(
            judged((*switch, none), (*switch, none), verdicts.flush_on_switch), verdicts.FAILS
        )
        big = [sample(table_bytes=99999)]
        self.assertEqual(judged((*switch, none), (*switch, big), verdicts.memory), verdicts.HOLDS)
        self.assertEqual(judged((*switch, big), (*switch, none), verdicts.memory), verdicts.FAILS)
        slow = [sample(tsc=9000)]
        chase = ("pointer-chase", "pages=8", "chase")
        self.assertEqual(
            judged((*chase, slow), (*chase, none), verdicts.two_walks), NOT_MEASURABLE
        )
        self.assertEqual(
            judged((*chase, slow), (*chase, none), verdicts.two_walks, False), verdicts.PART
        )

    def test_hot_set(self):
        """the claim on hits is judged where a hit has a price, and not by instructions"""
        quiet = {"vm_exits": 0, "outside_tsc": 0}
        for unit, ept, spt, wanted in (
            ("cycles", 9000, 5000, verdicts.HOLDS),
            ("cycles", 5000, 9000, verdicts.FAILS),
            ("cycles", 5000, 5000, verdicts.PART),
            ("instructions", 5000, 5000, NOT_MEASURABLE),
        ):
            rows = [
                (mmu, {}, "hot-set", "pages=8", "hot", [sample(tsc=tsc, **quiet)])
                for mmu, tsc in (("ept", ept), ("spt", spt))
            ]
            verdict, words = verdicts.fast_hits(suite_of(rows, unit, **DECLARED), None)
            self.assertEqual(verdict, wanted)
            self.assertEqual("equal" in words or "as fast" in words, wanted == verdicts.PART)

    def test_what_counts(self):
        """the claim on misses counts phases that were measured, and no EPT filled before"""
        filling = {"fault_fill": 50, "vm_exits": 50, "tsc": 90000}
        rows = [
            ("ept", {}, "mprotect", "a=1", "setup", [sample(fault_fill=50)]),
            ("spt", {}, "mprotect", "a=1", "setup", [sample(fault_fill=5)]),
            ("ept", {}, "mprotect", "a=1", "warm-up", [sample(vm_exits=0)]),
            ("spt", {}, "mprotect", "a=1", "warm-up", [sample(**filling)]),
        ]
        verdict, _ = verdicts.suits_misses(suite_of(rows, **DECLARED), True)
        self.assertEqual(verdict, verdicts.UNMEASURED)
        rows += [
            ("ept", {}, "random", "a=1", "first-touch", [sample(fault_fill=50)]),
            ("spt", {}, "random", "a=1", "first-touch", [sample(**filling)]),
        ]
        words = verdicts.suits_misses(suite_of(rows, **DECLARED), True)[1]
        self.assertIn("Of 1 cold and changing phases", words)

    def test_exits_of_setup(self):
        """the claim on exits counts those of set-up too"""
        rows = [
            (mmu, {}, "w", "a=1", phase, [sample(vm_exits=exits)])
            for mmu, phase, exits in (
                *(("ept", "setup", 100), ("spt", "setup", 10)),
                *(("ept", "p", 0), ("spt", "p", 120)),
            )
        ]
        verdict, words = verdicts.many_exits(suite_of(rows, **DECLARED), True)
        self.assertEqual(verdict, verdicts.FAILS)
        self.assertIn("set-up: 100 exits under EPT, 10 under shadow paging", words)
