# SPDX-License-Identifier: GPL-2.0
"""Settings held against each other: which rows a group shows, and which it counts."""
import unittest

import groups
from test_arithmetic import sample, suite_of


def block_of(suite, name):
    """[(Block, rows, same)] of a group of the plan, None where the run holds none."""
    return next((blocks for group, blocks in groups.groups(suite) if group.name == name), None)


class Groups(unittest.TestCase):
    """Settings held against each other."""

    def test_one_knob(self):
        """a group holds what differs in its knob alone, and needs two settings of it"""
        eight, both = {"spt.prefill": "8"}, {"spt.prefill": "8", "spt.sync": "trap"}
        rows = [
            ("spt", {}, "w", "a=1", "p", [sample(tsc=5000)]),
            ("spt", both, "w", "a=1", "p", [sample(tsc=1)]),
        ]
        self.assertIsNone(block_of(suite_of(rows), "prefill"))
        rows.append(("spt", eight, "w", "a=1", "p", [sample(tsc=2500)]))
        ((block, found, same, _),) = block_of(suite_of(rows), "prefill")
        self.assertEqual([s.words for s in block.settings], ["spt.prefill=0", "spt.prefill=8"])
        self.assertEqual([m.cost for m in found[0].measures], [50, 25])
        self.assertEqual((len(found), same), (1, 0))

    def test_same(self):
        """phases that a setting leaves as they were are counted, not shown"""
        rows = [
            ("spt", c, "w", "a=1", p, [sample(tsc=t)])
            for c, last in (({}, 5000), ({"spt.pcid": "off"}, 5200))
            for p, t in (("one", 5000), ("two", 5050), ("three", last))
        ]
        ((block, found, same, _),) = block_of(suite_of(rows), "pcid")
        # The default comes first, wherever it stands among the choices.
        self.assertEqual([s.words for s in block.settings], ["spt.pcid=on", "spt.pcid=off"])
        self.assertEqual(([r.phase for r in found], same), (["three"], 2))

    def test_memory_counts(self):
        """bytes of tables are a difference where the group shows them, and only there"""
        for name, changed, shown in (
            ("memory", {"spt.memory": "1m"}, 1),
            ("roots", {"spt.roots": "1"}, 0),
        ):
            rows = [
                ("spt", {}, "w", "a=1", "p", [sample(table_bytes=9999)]),
                ("spt", changed, "w", "a=1", "p", [sample(table_bytes=4096)]),
            ]
            ((_, found, _, _),) = block_of(suite_of(rows), name)
            self.assertEqual(len(found), shown, name)

    def test_parameters(self):
        """other parameters than the base are shown where a setting was run with them alone"""
        on = {"spt.filter": "on"}

        def run(changed, page, tsc):
            return ("spt", changed, "w", "n=8 page=%d" % page, "p", [sample(tsc=tsc)])

        rows = [run({}, 1, 5000), run({"vpid": "off"}, 1, 1), run({}, 2, 5000), run(on, 2, 4000)]
        rows.append(("ept", {}, "w", "n=8 page=1", "p", [sample()]))
        suite = suite_of(rows)
        ((_, found, _, _),) = block_of(suite, "filter")
        self.assertEqual([groups.difference(suite, r) for r in found], ["page=2"])
        suite = suite_of(rows + [run(on, 1, 3000)])
        ((_, found, _, _),) = block_of(suite, "filter")
        self.assertEqual([groups.difference(suite, r) for r in found], [""])
        self.assertEqual(found[0].measures[1].cost, 30)

    def test_leaves(self):
        """leaf sizes are held against each other on one backing, never across"""
        rows = [
            ("ept", {"backing": b, **leaf}, "w", "a=1", "p", [sample(tsc=t)])
            for b, leaf, t in (
                ("2m", {}, 100),
                ("2m", {"ept.leaf": "2m"}, 200),
                ("1g", {"ept.leaf": "2m"}, 300),
                ("1g", {"ept.leaf": "1g"}, 400),
            )
        ]
        two, one = block_of(suite_of(rows), "ept-leaf")
        self.assertEqual([m.cost for m in two[1][0].measures], [1, 2])
        self.assertEqual([s.words for s in one[0].settings], ["ept.leaf=2m", "ept.leaf=1g"])

    def test_others(self):
        """every setting of a run is in a group"""
        odd = {"vpid": "off", "spt.sync": "vtlb"}
        suite = suite_of(
            [
                ("spt", {}, "w", "a=1", "p", [sample(tsc=5000)]),
                ("spt", odd, "w", "a=1", "p", [sample(tsc=6000)]),
            ]
        )
        ((group, blocks),) = groups.groups(suite)
        self.assertEqual(group.name, "spt-sync-vtlb-vpid-off")
        self.assertEqual([m.cost for m in blocks[0][1][0].measures], [50, 60])

    def test_guest_choices(self):
        """a parameter with few values is the guest's choice, one with many a sweep"""
        suite = suite_of(
            [
                ("ept", {}, "w", "n=%d pcid=%d" % (n, pcid), "p", [sample()])
                for n, pcid in ((8, 0), (8, 1), (1, 0), (2, 0), (4, 0))
            ]
        )
        self.assertEqual(
            suite.choices_of_guest(),
            [("w", "pcid", [(0, "n=8 pcid=0"), (1, "n=8 pcid=1")])],
        )

    def test_sizes(self):
        """sizes are written as in a suite"""
        self.assertEqual(
            [groups.size(v) for v in (1, 1000, 1024, 4096, 2 << 20, 3 << 30)],
            ["1", "1000", "1K", "4K", "2M", "3G"],
        )
