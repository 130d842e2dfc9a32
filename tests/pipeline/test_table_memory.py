# SPDX-License-Identifier: GPL-2.0
"""The memory of every strategy: medians and ranges by hand-made numbers."""
import unittest

import headline
import table_memory
from conditions import SETUP
from test_arithmetic import sample, suite_of

VTLB = {"spt.sync": "vtlb"}


def held(mmu, changed, workload, table, guest, phase="p"):
    """A row of one sample that holds so many bytes of tables."""
    samples = [sample(table_bytes=table, guest_table_bytes=guest)]
    return (mmu, changed, workload, "a=1", phase, samples)


def three_workloads():
    """Shadow tables of 2, 2.5 and 9 bytes for each of the guest's; the last has most of all."""
    return [
        row
        for name, guest, shadow in (("one", 100, 250), ("two", 200, 400), ("big", 100000, 900000))
        for row in (
            held("ept", {}, name, 50, guest),
            held("spt", {}, name, shadow, guest),
            held("spt", VTLB, name, guest, guest),
        )
    ]


class TableMemory(unittest.TestCase):
    """Over the workloads, each counted once."""

    def test_median_and_range(self):
        """memory: the median over the workloads, which no workload decides by its size"""
        found = table_memory.overhead(suite_of(three_workloads()))
        self.assertEqual(list(found), ["ept", "unsync", "vtlb"])
        shadow = found["unsync"]
        self.assertEqual((shadow.median, shadow.low, shadow.high), (2.5, 2, 9))
        self.assertEqual((shadow.lowest, shadow.highest), ("two", "big"))
        self.assertEqual((found["ept"].median, found["ept"].high), (0.25, 0.5))
        self.assertEqual((found["vtlb"].low, found["vtlb"].high), (1, 1))

    def test_even_number(self):
        """memory: of an even number of workloads it is the mean of the middle two"""
        found = table_memory.overhead(suite_of(three_workloads()[:6]))
        self.assertEqual(found["unsync"].median, 2.25)

    def test_same_workloads(self):
        """memory: only workloads that ran under EPT and every strategy of the run"""
        more = [
            held("ept", {}, "three", 1, 1),
            held("spt", {}, "three", 999999, 1),
            held("spt", {}, "four", 999999, 1),
            held("spt", VTLB, "four", 999999, 1),
        ]
        suite = suite_of(three_workloads() + more)
        self.assertEqual([r.workload for r in table_memory.rows(suite)], ["one", "two", "big"])
        self.assertEqual(table_memory.overhead(suite)["unsync"].high, 9)
        self.assertEqual(table_memory.overhead(suite_of([held("spt", {}, "w", 1, 1)])), {})

    def test_last_phase(self):
        """memory: the tables are those at the end of the last phase, set-up apart"""
        suite = suite_of(
            [
                held(m, {}, "w", n, 10, phase)
                for m in ("ept", "spt")
                for phase, n in (("first", 10), ("last", 30), ("clean-up", 70))
            ],
            clean_up=SETUP,
        )
        found = table_memory.overhead(suite)
        self.assertEqual({who: o.median for who, o in found.items()}, {"ept": 3, "unsync": 3})

    def test_figures(self):
        """memory: figures.tsv has the default strategy's median, and the range of each"""
        rows = {name: value for name, value, _ in headline.memory(suite_of(three_workloads()))}
        self.assertEqual(
            rows,
            {
                **{"spt.memory": "2.5", "spt.memory.low": "2", "spt.memory.high": "9"},
                "spt.memory.unsync": "2.5",
                "spt.memory.unsync.low": "2",
                "spt.memory.unsync.high": "9",
                "spt.memory.vtlb": "1",
                "spt.memory.vtlb.low": "1",
                "spt.memory.vtlb.high": "1",
            },
        )
