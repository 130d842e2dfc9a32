# SPDX-License-Identifier: GPL-2.0
"""The price list: its parts by hand, and what prices-doc does with docs/prices.md."""
import contextlib
import importlib.machinery
import importlib.util
import io
import os
import tempfile
import unittest

import modelled
import prices
import results
import suite as suite_of_run
import synthetic
import synthetic_model
import uapi

SCRIPT = os.path.join(uapi.PROJECT, "scripts", "report", "prices-doc")


def load_script():
    """prices-doc as a module."""
    loader = importlib.machinery.SourceFileLoader("prices_doc", SCRIPT)
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("prices_doc", loader))
    loader.exec_module(module)
    return module


class Prices(unittest.TestCase):
    """A made-up run with two CPUs, one of which was modelled in part."""

    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.TemporaryDirectory()
        synthetic.write(cls.scratch.name)
        synthetic_model.add(cls.scratch.name, ("skylake-sp",))
        synthetic_model.add(cls.scratch.name, ("zen-4",), lambda row: row["workload"] == "switch")
        loaded = results.load(os.path.join(cls.scratch.name, "results.csv"))
        suite = suite_of_run.Suite(loaded, uapi.knobs())
        cls.models = {model.cpu: model for model in modelled.models(suite)}

    @classmethod
    def tearDownClass(cls):
        cls.scratch.cleanup()

    def price(self, workload, mmu):
        """The price of the operation that WORKLOAD stands for."""
        found = prices.prices(self.models["skylake-sp"])
        return next(p for p in found if (p.operation.workload, p.mmu) == (workload, mmu))

    def test_by_hand(self):
        """transition, the handler's misses and refill of three operations"""
        # An exit is 1,000 and a walk of the host's; under EPT the guest walks twice, 20 each.
        call = self.price("hypercall", "ept")
        self.assertEqual(call.exits, 1)
        self.assertEqual(call.native.mid, 21)
        self.assertEqual(call.total.mid, 1040)
        parts = {"transition": 1000, "its misses": 20, "refill": 20}
        self.assertEqual({name: v for name, v in call.parts.items() if v}, parts)
        self.assertEqual(self.price("hypercall", "spt").parts["refill"], 0)
        edit = self.price("pte-edit", "spt")
        self.assertEqual((edit.exits, edit.total.mid), (3, 3060))
        self.assertEqual(edit.parts["transition"], 3000)
        self.assertEqual(self.price("pte-edit", "ept").total, (15, 20, 40))

    def test_sum(self):
        """the parts add up to the total, whose low, middle and high are in order"""
        found = prices.prices(self.models["skylake-sp"])
        self.assertEqual(len(found), 10)
        for price in found:
            self.assertAlmostEqual(sum(price.parts.values()), price.total.mid, places=2)
            self.assertEqual(sorted(price.total), list(price.total))

    def test_every_cause(self):
        """each world's causes are in one part each, but for what the host cannot have natively"""
        causes = {name for name, _ in uapi.model_causes()}
        for world in ("guest", "host", "native"):
            taken = [c for part in prices.PARTS for w, named in part.of if w == world for c in named]
            self.assertEqual(len(taken), len(set(taken)), world)
            self.assertEqual(set(taken) | ({"transitions"} if world == "native" else set()), causes)

    def test_document(self):
        """prices-doc writes the sections of whole CPUs, keeps others, and checks them"""
        script = load_script()
        script.PATH = os.path.join(self.scratch.name, "prices.md")
        with open(script.PATH, "w", encoding="utf-8") as file:
            file.write(script.document({"other": "Kept.\n", "skylake-sp": "Replaced.\n"}))
        self.assertEqual(script.read(), {"other": "Kept.\n", "skylake-sp": "Replaced.\n"})
        with contextlib.redirect_stderr(io.StringIO()) as told:
            self.assertEqual(script.make([self.scratch.name], True), 1)
        self.assertIn("docs/prices.md is not what", told.getvalue())
        self.assertEqual(script.make([self.scratch.name], False), 0)
        self.assertEqual(script.make([self.scratch.name], True), 0)
        made = script.read()
        self.assertEqual(set(made), {"other", "skylake-sp"})
        self.assertEqual(made["other"], "Kept.\n")
        self.assertIn(
            "| edit (a PTE, its INVLPG, a touch) | shadow | 3 | 21 | 3,000 | 0 | 60 | 0 | 0 | 0 | 0 "
            "| **3,060** | 2,295 to 6,120 |",
            made["skylake-sp"],
        )

    def test_committed(self):
        """docs/prices.md has a section for each description of a CPU, and is the script's"""
        script = load_script()
        sections = script.read()
        folder = os.path.join(uapi.PROJECT, "bench", "model", "cpus")
        self.assertEqual(set(sections), {name.removesuffix(".cpu") for name in os.listdir(folder)})
        with open(script.PATH, encoding="utf-8") as file:
            self.assertTrue(file.read() == script.document(sections), "run make prices")
