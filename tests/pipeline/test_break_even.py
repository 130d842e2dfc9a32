# SPDX-License-Identifier: GPL-2.0
"""Break-even: its arithmetic against numbers by hand, and the picture that is made of it."""
import csv
import os
import tempfile
import unittest

import agile_paging
import break_even
import modelled
import modelled_break_even
import results
import suite as suite_of_run
import synthetic
import synthetic_model
import uapi

REFERENCE = os.path.join(
    os.path.dirname(os.path.abspath(__file__)), "..", "..", "results", "reference"
)
Band = modelled.Band
LARGE = {"ept": {"backing": "2m", "ept.leaf": "2m"}, "spt": {"backing": "2m", "spt.large": "on"}}


def suite_of(folder):
    """The Suite of a run folder."""
    return suite_of_run.Suite(results.load(os.path.join(folder, "results.csv")), uapi.knobs())


def add_large(folder):
    """What FOLDER holds of pointer-chase and pte-edit with the default knobs, again with 2M pages."""
    path = os.path.join(folder, "results.csv")
    with open(path, newline="", encoding="utf-8") as file:
        header, *rows = list(csv.reader(file))
    defaults = uapi.defaults()
    with open(path, "a", newline="", encoding="utf-8") as file:
        out = csv.writer(file, lineterminator="\n")
        for row in rows:
            place = dict(zip(header, row))
            knobs = {name: place[name] for name in defaults if place[name] != "-"}
            if place["engine"] == "hvbench" and place["workload"] in ("pointer-chase", "pte-edit"):
                if all(defaults[name] == word for name, word in knobs.items()):
                    out.writerow({**place, **LARGE[place["mmu"]]}.values())


def table(*path):
    """A data file of a picture as [{column: text}]."""
    with open(os.path.join(*path), encoding="utf-8") as file:
        header, *rows = (line.split("\t") for line in file.read().splitlines())
    return [dict(zip(header, row)) for row in rows]


class OfReference(unittest.TestCase):
    """The line of the reference run."""

    def test_sides(self):
        """a phase of pte-edit with loads has the winner of its side, beyond the dark band"""
        model = modelled.models(suite_of(REFERENCE), "4k")[0]
        band = break_even.line(model).mids
        seen = set()
        for point in break_even.points(model):
            if point.pair.workload != "pte-edit" or not point.changes:
                continue
            sides = {break_even.cheaper(point.walks, point.changes, edge) for edge in band}
            if len(sides) == 1:
                self.assertEqual(sides, {point.pair.winner}, point)
                seen |= sides
        self.assertEqual(seen, {"ept", "spt"})


class Arithmetic(unittest.TestCase):
    """The functions that need no run."""

    def test_worth(self):
        """a change is worth its cost over a walk's, lowest and highest of the three ends"""
        self.assertEqual(
            break_even.worth(Band(100, 300, 1000), Band(10, 15, 20)), Band(10, 20, 50)
        )
        # The ends need not come in their order.
        self.assertEqual(break_even.worth(Band(100, 300, 900), Band(5, 10, 100)), Band(9, 30, 30))

    def test_cheaper(self):
        """more walks for each change than the line has: shadow paging"""
        self.assertEqual(break_even.cheaper(101, 1, 100), "spt")
        self.assertEqual(break_even.cheaper(99, 1, 100), "ept")
        self.assertEqual(break_even.cheaper(0.5, 0, 100), "spt")
        self.assertEqual(break_even.cheaper(0, 0.5, 100), "ept")

    def test_published(self):
        """the shares of the eight programs, two by hand, and who was cheaper"""
        for setting, ept in (("4k", {"memcached", "gcc", "dedup"}), ("2m", {"memcached", "gcc", "dedup"})):
            programs = agile_paging.PROGRAMS[setting]
            self.assertEqual(len({p.name for p in programs}), 8)
            found = {p.name for p in programs if agile_paging.published(p) == "ept"}
            self.assertEqual(found, ept, setting)
        mcf, dedup = (
            next(p for p in agile_paging.PROGRAMS["4k"] if p.name == name)
            for name in ("mcf", "dedup")
        )
        self.assertAlmostEqual(agile_paging.walk_share(mcf), 0.427)  # 93.1 - 50.4
        self.assertAlmostEqual(agile_paging.change_share(mcf), 0.032)  # 7.4 - 4.2, 50.4 - 50.4
        self.assertAlmostEqual(agile_paging.walk_share(dedup), 0.045)
        self.assertAlmostEqual(agile_paging.change_share(dedup), 0.702)  # 55.5 and 14.7

    def test_published_places(self):
        """each program lies on its side of the line, as far as its shares say, at any costs"""
        for setting, programs in agile_paging.PROGRAMS.items():
            for walk, change in ((13, 2800), (55, 700)):
                places = agile_paging.places(setting, walk, change)
                for program, place in zip(programs, places):
                    side = break_even.cheaper(place.walks, place.changes, change / walk)
                    self.assertEqual(side, agile_paging.published(program), place)
                    self.assertAlmostEqual(
                        place.changes * change / (place.walks * walk),
                        agile_paging.change_share(program) / agile_paging.walk_share(program),
                    )

    def test_names(self):
        """names lie inside and over nothing; where there is no room there is none"""
        axes = modelled_break_even.Axes([(1, 1), (10, 0.01)])
        names = modelled_break_even.Names(axes, [(1, 1), (10, 0.01)])
        self.assertTrue(all(names.add("a name", (1, 1), "#000000") for _ in range(3)))
        for i, one in enumerate(names.taken):
            for other in names.taken[:i]:
                apart = one[1] <= other[0] or other[1] <= one[0]
                self.assertTrue(apart or one[3] <= other[2] or other[3] <= one[2])
        self.assertFalse(all(names.add("a name", (1, 1), "#000000") for _ in range(9)))
        self.assertFalse(names.add("x" * 200, (10, 0.01), "#000000"))


class OfRun(unittest.TestCase):
    """A made-up run with two CPUs, 2M pages among its settings."""

    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.TemporaryDirectory()
        folder = cls.scratch.name
        synthetic.write(folder)
        add_large(folder)
        synthetic_model.add(folder)
        cls.suite = suite_of(folder)
        cls.models = {s: modelled.models(cls.suite, s)[0] for s in modelled.SETTINGS}

    @classmethod
    def tearDownClass(cls):
        cls.scratch.cleanup()

    def test_line(self):
        """the line and both bands against the synthetic run's own costs"""
        line = break_even.line(self.models["4k"])
        # A walk costs 20, there are twice as many under EPT: 10 more for each of those. An edit
        # takes three exits of 1,000 and a walk for each, 3 * 1020, less the 20 of EPT's walk.
        self.assertEqual(line.extra.cycles, Band(7.5, 10, 20))
        self.assertEqual(line.edit.cycles, Band(2280, 3040, 6080))
        self.assertEqual(line.edit.change, Band(760, 3040 / 3, 6080 / 3))
        self.assertAlmostEqual(line.middle.mid, 3040 / 3 / 10)
        for low, high in (line.mids, line.ends):
            self.assertLessEqual(low, line.middle.mid)
            self.assertLessEqual(line.middle.mid, high)
        self.assertLessEqual(line.ends[0], line.mids[0])
        self.assertLessEqual(line.mids[1], line.ends[1])

    def test_points(self):
        """warm phases and changes are points, on the side of who is cheaper"""
        model = self.models["4k"]
        points = break_even.points(model)
        at = {(p.pair.workload, p.pair.phase): p for p in points if p.pair.base}
        self.assertEqual(at["pte-edit", "edit"][1:], (2, 3))
        self.assertEqual(at["dense-sequential", "warm"][1:], (2, 0))
        self.assertNotIn(("dense-sequential", "first-touch"), at)
        self.assertNotIn(("hypercall", "warm"), at)
        # All costs of this run are those of the line, but for an exit's own walk.
        line = break_even.line(model).middle.mid
        won = {"ept": 0, "spt": 0}
        for point in points:
            if point.pair.winner in won:
                won[point.pair.winner] += 1
                side = break_even.cheaper(point.walks, point.changes, line)
                self.assertEqual(side, point.pair.winner, point)
        self.assertTrue(all(won.values()), won)

    def test_large_pages(self):
        """2M pages of guest and host are a picture of their own"""
        model = self.models["2m"]
        self.assertEqual({p.workload for p in model.pairs}, {"pointer-chase", "pte-edit"})
        picture = modelled_break_even.picture_of(model, "somewhere")
        self.assertEqual(picture.name, "model-break-even-2m-skylake-sp")
        self.assertIn("2M pages", picture.title)
        self.assertIsNone(modelled_break_even.picture_of(self.without("pte-edit"), "somewhere"))

    def without(self, workload):
        """The run's first CPU, less a workload."""
        model = modelled.Modelled(self.suite, self.models["4k"].cpu)
        model.pairs = [p for p in model.pairs if p.workload != workload]
        return model

    def test_picture(self):
        """the picture is drawn, its band holds its line, its points are coloured by winner"""
        model = self.models["4k"]
        picture = modelled_break_even.picture_of(model, "somewhere")
        picture.write(self.scratch.name)
        name = os.path.join(self.scratch.name, "model-break-even-skylake-sp")
        self.assertTrue(os.path.getsize(name + ".svg") and os.path.getsize(name + ".png"))
        lines = table(name + "-line.tsv")
        for row in lines:
            values = [float(row[c]) for c in ("low", "mid_low", "mid_high", "high")]
            self.assertEqual(values, sorted(values))
            if row["line"] != "-":
                self.assertLessEqual(values[1], float(row["line"]))
                self.assertLessEqual(float(row["line"]), values[2])
        self.assertGreater(sum(row["line"] != "-" for row in lines), 100)
        points = table(name + ".tsv")
        self.assertEqual({row["won"] for row in points}, {"ept", "spt"})
        for row in points:
            # What is 0 stands on the strip, below all that is not.
            self.assertEqual(float(row["walks"]) < 1e-3, float(row["x"]) < 1e-3)
            self.assertEqual(float(row["changes"]) < 1e-4, float(row["y"]) < 1e-4)
        self.assertEqual(len(table(name + "-published.tsv")), 8)
        self.assertIn("101 walks for each change", picture.caption)
        self.assertIn("as published", picture.caption)
