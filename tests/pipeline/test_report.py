# SPDX-License-Identifier: GPL-2.0
"""The report as a whole, made from a synthetic run, in emulation and on metal."""
import hashlib
import json
import os
import re
import shutil
import struct
import subprocess
import tempfile
import unittest
from unittest import mock
import xml.etree.ElementTree as xml
import zlib

import headline
import synthetic

SCRIPTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "scripts", "report")
PICTURES = [
    "winner",
    "winner-phases",
    "cost",
    "exits",
    "flushes",
    "density",
    "footprint",
    "spaces",
    "histogram",
    "memory",
    *(
        "ablation-" + name
        for name in (
            *("strategy", "prefill", "roots", "pcid", "filter", "vpid", "ept-leaf", "ept-fill"),
            *("large", "memory", "log"),
        )
    ),
    *("peer-cost", "peer-exits", "peer-flushes", "peer-tables"),
]


def report(folder, *more):
    """Run scripts/report/report, with the proof that the synthetic run brings."""
    return subprocess.run(
        [
            os.path.join(SCRIPTS, "report"),
            "--proof",
            os.path.join(folder, "proof-in"),
            folder,
            *more,
        ],
        capture_output=True,
        text=True,
        check=False,
    )


def read(*parts):
    """The text of a file."""
    with open(os.path.join(*parts), encoding="utf-8") as file:
        return file.read()


def digests(folder):
    """{path: digest} of every file below FOLDER."""
    found = {}
    for where, _, files in os.walk(folder):
        for name in files:
            with open(os.path.join(where, name), "rb") as file:
                found[os.path.relpath(os.path.join(where, name), folder)] = hashlib.sha256(
                    file.read()
                ).hexdigest()
    return found


def png_size(path):
    """(width, height) of a PNG whose chunks and checksums are right."""
    with open(path, "rb") as file:
        data = file.read()
    if data[:8] != b"\x89PNG\r\n\x1a\n":
        raise ValueError("no PNG")
    at, pixels, size, kind = 8, b"", None, None
    while at < len(data):
        length, kind = struct.unpack(">I4s", data[at : at + 8])
        body = data[at + 8 : at + 8 + length]
        check = struct.unpack(">I", data[at + 8 + length : at + 12 + length])[0]
        if zlib.crc32(kind + body) != check:
            raise ValueError("bad checksum")
        size = struct.unpack(">II", body[:8]) if kind == b"IHDR" else size
        pixels += body if kind == b"IDAT" else b""
        at += 12 + length
    if kind != b"IEND" or len(set(zlib.decompress(pixels))) < 10:
        raise ValueError("cut short or empty")
    return size


class Report(unittest.TestCase):
    """Both kinds of machine, each made once."""

    @classmethod
    def setUpClass(cls):
        cls.top = tempfile.mkdtemp(prefix="hvbench-pipeline-")
        cls.done, cls.runs = {}, {}
        for kind, unit in (("emulated", "instructions"), ("metal", "cycles")):
            cls.runs[kind] = os.path.join(cls.top, kind)
            synthetic.write(cls.runs[kind], unit)
            cls.done[kind] = report(cls.runs[kind])

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.top)

    def test_success(self):
        """the report of a whole run is made without a warning"""
        for done in self.done.values():
            self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_files(self):
        """every file of the run folder is there"""
        for run in self.runs.values():
            wanted = ["figures.tsv", "peer.tsv", "report.html", "report.md", "environment.json"]
            wanted += ["plots/%s.%s" % (p, e) for p in PICTURES for e in ("svg", "png", "gp")]
            for name in wanted:
                self.assertTrue(os.path.getsize(os.path.join(run, name)), name)
            made = {
                os.path.splitext(f)[0]
                for f in os.listdir(os.path.join(run, "plots"))
                if f.endswith(".svg")
            }
            self.assertEqual(made, set(PICTURES))

    def test_pictures_valid(self):
        """every SVG parses and every PNG is whole and not blank"""
        for run in self.runs.values():
            for name in PICTURES:
                root = xml.fromstring(read(run, "plots", name + ".svg"))
                self.assertEqual(root.tag, "{http://www.w3.org/2000/svg}svg")
                width, height = png_size(os.path.join(run, "plots", name + ".png"))
                box = [float(v) for v in root.get("viewBox").split()]
                self.assertEqual((width, height), (2 * box[2], 2 * box[3]))

    def test_same_bytes(self):
        """made again, every file has the same bytes"""
        before = digests(self.runs["emulated"])
        self.assertEqual(report(self.runs["emulated"]).returncode, 0)
        self.assertEqual(digests(self.runs["emulated"]), before)

    def test_command_remakes_picture(self):
        """the command under a picture makes the same picture in a copied folder"""
        copy = os.path.join(self.top, "copy")
        shutil.copytree(os.path.join(self.runs["emulated"], "plots"), copy)
        before = digests(copy)
        page = read(self.runs["emulated"], "report.md")
        for name in PICTURES:
            told = re.search(r"`cd %s/plots && (.*gnuplot %s\.gp)`" % (os.path.realpath(self.runs["emulated"]), name), page)
            for kind in ("svg", "png"):
                os.remove(os.path.join(copy, "%s.%s" % (name, kind)))
            subprocess.run(told.group(1), shell=True, cwd=copy, check=True)
        self.assertEqual(digests(copy), before)

    def test_html(self):
        """report.html is well-formed, holds every picture and loads nothing"""
        for run in self.runs.values():
            page = read(run, "report.html")
            root = xml.fromstring(page.replace("<!DOCTYPE html>", ""))
            ids = [e.get("id") for e in root.iter() if e.get("id")]
            self.assertEqual(len(ids), len(set(ids)), "an id twice")
            self.assertTrue({"picture-" + p for p in PICTURES} <= set(ids))
            for element in root.iter():
                for name, value in element.attrib.items():
                    if name.split("}")[-1] in ("href", "src"):
                        self.assertTrue(value.startswith("#") and value[1:] in ids, value)
            bare = page.replace("http://www.w3.org/2000/svg", "").replace(
                "http://www.w3.org/1999/xlink", ""
            )
            self.assertIsNone(re.search(r"https?://|@import|url\((?!#)|<script", bare))
            self.assertIn("prefers-color-scheme: dark", page)
            self.assertIn('name="viewport"', page)

    def test_units(self):
        """instructions are never called cycles, and every picture names its machine"""
        for kind, right, wrong in (
            ("emulated", "instructions", "cycle"),
            ("metal", "cycles", "instruction"),
        ):
            words = {"emulated": "emulated machine"}.get(kind, kind)
            for name in PICTURES:
                svg = read(self.runs[kind], "plots", name + ".svg").lower()
                self.assertNotIn(wrong, svg.replace("io_instruction", ""), name)
                self.assertIn(words, svg, name)
            units = {
                line.split("\t")[2] for line in read(self.runs[kind], "figures.tsv").splitlines()
            }
            self.assertEqual(
                units,
                {
                    *(right, "exits", "flushes", "bytes/byte", "accesses", "mutants", "seconds"),
                    *("ratio", "workloads", "phases", "splats"),
                },
            )
            for line in read(self.runs[kind], "report.md").splitlines():
                if line.startswith("|"):
                    self.assertNotIn(wrong, line.lower().replace("io_instruction", ""))
            self.assertNotIn(
                "seconds",
                " ".join(
                    line
                    for line in read(self.runs[kind], "report.md").splitlines()
                    if line.startswith("|") and "boot_seconds" not in line
                ),
            )

    def test_figures(self):
        """figures.tsv holds exactly what the model of the synthetic run says"""
        rows = dict(
            line.split("\t", 1) for line in read(self.runs["emulated"], "figures.tsv").splitlines()
        )
        for name, value in (
            ("hypercall.ept", "706\tinstructions"),
            ("hypercall.spt.exits", "1\texits"),
            ("fill.ept.4k", "2306\tinstructions"),
            ("fill.ept.4k.exits", "1\texits"),
            ("fill.spt", "2906\tinstructions"),
            ("fill.spt.flushes", "0\tflushes"),
            ("edit.ept", "12\tinstructions"),
            ("edit.spt", "7012\tinstructions"),
            ("edit.spt.exits", "3\texits"),
            ("edit.spt.flushes", "1\tflushes"),
            ("switch.ept", "48\tinstructions"),
            ("switch.spt", "1548\tinstructions"),
            ("switch.spt.exits", "1\texits"),
            ("switch.spt.flushes", "0\tflushes"),
            ("edit.spt.best", "4112\tinstructions"),
            ("edit.spt.best.exits", "2\texits"),
            ("demand.ept", "12\tinstructions"),
            ("demand.ept.exits", "0\texits"),
            ("demand.spt", "2912\tinstructions"),
            ("demand.spt.exits", "1\texits"),
            ("wholes.ept_cheaper", "4\tworkloads"),
            ("wholes.spt_cheaper", "0\tworkloads"),
            ("wholes.equal", "2\tworkloads"),
            ("wholes.unmeasured", "6\tworkloads"),
            ("cold.ept_cheaper", "6\tphases"),
            ("cold.filled", "2\tphases"),
            ("spt.memory", "2\tbytes/byte"),
            ("spt.memory.high", "2\tbytes/byte"),
            ("spt.memory.unsync", "2\tbytes/byte"),
            ("spt.memory.vtlb", "1.5\tbytes/byte"),
            ("spt.memory.trap", "2.5\tbytes/byte"),
            ("kvm.insn.geomean.ept", "0.333\tratio"),
            ("kvm.flushes.worst.spt", "0.5\tratio"),
            ("proof.accesses", "12345678\taccesses"),
            ("mutants.killed", "33\tmutants"),
            ("mutants.total", "34\tmutants"),
            ("mutants.machine.killed", "5\tmutants"),
            ("mutants.machine.total", "6\tmutants"),
            ("sanitize.splats", "0\tsplats"),
            ("bench.seconds", "250\tseconds"),
            ("machine.boot_seconds", "9.5\tseconds"),
        ):
            self.assertEqual(rows[name], value, name)
        self.assertNotEqual(rows["demand.spt.default"], rows["demand.spt"])
        self.assertEqual(len(rows), 72)
        shown = subprocess.run(
            [os.path.join(SCRIPTS, "figures"), self.runs["emulated"]],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        self.assertEqual(shown, read(self.runs["emulated"], "figures.tsv"))

    def test_words(self):
        """the report answers first, judges every claim and says what it cannot measure"""
        page = read(self.runs["emulated"], "report.md")
        self.assertLess(page.index("## The answer"), page.index("## Exits and flushes"))
        self.assertIn(
            "Of 12 workloads run under both with default knobs, each taken as a whole with its "
            "set-up, **EPT is cheaper in 4, shadow paging in 0**; in 2 they cost the same. **6 are "
            "not measurable here**: they go over warm tables, where only TLB misses can differ. Of "
            "6 phases in which both fill empty tables, EPT is cheaper in 6, shadow paging in 0.",
            page,
        )
        self.assertIn("**Warm.** 6 phases are not measurable here", page)
        self.assertIn("| random: update | not measurable here | – | – | 0 | 0 |", page)
        self.assertIn("| mprotect: warm-up | not compared: EPT was filled in set-up | 6 |", page)
        self.assertEqual(len(re.findall(r"^### “", page, re.MULTILINE)), 11)
        self.assertIn("**Not measurable here.** In theory", page)
        self.assertIn("(4 + 1) × (4 + 1) − 1 = 24", page)
        self.assertIn("first class alone misleads", page)
        metal = read(self.runs["metal"], "report.md")
        self.assertNotIn("not measurable here", metal.lower())
        self.assertIn("The costs are equal in all 6 phases", metal)
        self.assertIn("Of 12 workloads run under both", metal)

    def test_grey(self):
        """what is not measurable has grey words in place of a bar or a dot, and a grey row"""
        for name, count in (("winner", 6), ("winner-phases", 6), ("cost", 6)):
            svg = read(self.runs["emulated"], "plots", name + ".svg")
            self.assertEqual(svg.count("not measurable here"), count, name)
            self.assertNotIn("not measurable", read(self.runs["metal"], "plots", name + ".svg"))
            table = read(self.runs["emulated"], "plots", name + ".tsv").splitlines()
            for line in table:
                if "not measurable here" in line:
                    self.assertEqual(set(line.split("\t")[2:-1]), {"-"}, line)
        page = read(self.runs["emulated"], "report.html")
        self.assertEqual(page.count('<tr class="none">'), 6 + 6 + 2)
        # Not cold for both is that on the metal, too.
        self.assertEqual(read(self.runs["metal"], "report.html").count('<tr class="none">'), 2)

    def test_best(self):
        """the report names the strategy that a best figure comes from"""
        self.assertIn(
            "The best strategy of this run is `spt.filter=on` `spt.sync=trap`: 1 exit and 2,912 "
            "instructions a page, where the default knobs take 2 exits and 5,812.",
            read(self.runs["emulated"], "report.md"),
        )

    def test_settings(self):
        """the tables of settings hold what the model of the synthetic run says"""
        page = read(self.runs["emulated"], "report.md")
        for row in (
            # 6 + 2300 / fill, and 1 / fill exits
            "dense-sequential: first-touch | 2,306 | 293.5 | 41.94 | 10.49 | 1 | 0.125 | 0.016 | "
            "0.002",
            # One exit of 2900 less by trap, one more less by filter.
            "demand-paging: demand | 5,812 | 5,812 | 5,812 | 2,912 | 2 | 2 | 2 | 1 | 0 | 0 | 0 | 0",
            # 8 spaces: one or three roots are too few.
            "switch | 1,548 | 24,748 | 24,748 | 1,548 | 1 | 9 | 9 | 1 | 0 | 1 | 1 | 0",
            # Ten tables, twice, one and a half times and two and a half times as much.
            "dense-sequential | 40 | 40 | 1 | 80 | 2 | 60 | 1.5 | 100 | 2.5",
            # A fault a page against two for 1024, looks apart.
            "dirty-log: round | EPT | log=fault | 2,309 | 1024 | 2,306 | 1 | 4 | 800",
            "dirty-log: round | EPT | log=pml ept.ad=on | 16.94 | 1024 | 13.81 | 0.002 | 4 | 800",
            "dirty-log: round | shadow | log=fault spt.sync=trap | 2,909 | 1024 | 2,906 | 1 | 4 | "
            "800",
            "dense-sequential: first-touch (page=2M) | 2,906 | 11.66 | 1 | 0.002",
            "demand-paging: demand | accessed=0 | 12 | 8,712 | – | – | 0 | 3 | – | –",
        ):
            self.assertTrue("| %s |" % row in page, row)
        # What a choice leaves as it was is no row.
        self.assertFalse("| demand-paging: again | accessed=0 |" in page)
        self.assertIn("It changes nothing in this run (1 phase); 1 phase is not measurable here.", page)
        self.assertIn("Proven by the tests, outside of this run: proof.accesses: 12,345,678", page)

    def test_proof_is_kept(self):
        """what the tests proved stays with the run when build/ is gone"""
        run = os.path.join(self.top, "kept")
        shutil.copytree(self.runs["emulated"], run)
        shutil.rmtree(os.path.join(run, "proof-in"))
        self.assertEqual(report(run).stderr, "")
        self.assertIn("mutants.killed\t33\tmutants\n", read(run, "figures.tsv"))

    def test_twins(self):
        """report.md and report.html show the same numbers"""
        run = self.runs["emulated"]
        root = xml.fromstring(read(run, "report.html").replace("<!DOCTYPE html>", ""))
        cells = ["".join(e.itertext()) for row in root.iter("tr") for e in row]
        lines = [
            line
            for line in read(run, "report.md").splitlines()
            if line.startswith("|") and not line.startswith("| ---")
        ]
        self.assertEqual(cells, [c for line in lines for c in line[2:-2].split(" | ")])

    def test_counters_doc(self):
        """counters.md names every counter, exit reason, row of the tool and counter of KVM"""
        import uapi

        made = subprocess.run(
            [os.path.join(SCRIPTS, "counters-doc"), "--stdout"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        path = os.path.join(uapi.PROJECT, "bench", "csv.c")
        own = set(re.findall(r'"(ops|tsc|guest_[a-z0-9_]+)"', read(path)))
        told = made.split("## What the guest and the tool add")[1].split("## By exit reason")[0]
        self.assertEqual(own, set(re.findall(r"^\| `(\w+)` \|", told, re.MULTILINE)))
        for name in [c[0] for c in uapi.counters()] + [r[1] for r in uapi.exit_reasons()]:
            self.assertIn("`%s`" % name, made)
        for name, ours, *_ in uapi.kvm_counters():
            line = "| `kvm.%s` |" % name if ours == "own" else "| `%s` | `%s` |" % (name, ours)
            self.assertIn(line, made.split("## Under KVM")[1])


class Part(unittest.TestCase):
    """Runs that lack something."""

    def setUp(self):
        self.run_dir = tempfile.mkdtemp(prefix="hvbench-pipeline-")
        synthetic.write(self.run_dir)

    def tearDown(self):
        shutil.rmtree(self.run_dir)

    def keep(self, keep):
        """Drop the rows of results.csv that KEEP, called with {column: field}, refuses."""
        path = os.path.join(self.run_dir, "results.csv")
        lines = read(path).splitlines(keepends=True)
        header = lines[0].rstrip("\n").split(",")
        with open(path, "w", encoding="utf-8") as out:
            out.writelines(
                lines[:1] + [x for x in lines[1:] if keep(dict(zip(header, x.split(","))))]
            )

    def test_missing_workload(self):
        """a figure without rows is absent, warned of and noted, and the rest is there"""
        self.keep(lambda f: f["workload"] != "pte-edit")
        done = report(self.run_dir)
        self.assertEqual(done.returncode, 0)
        self.assertEqual(done.stderr.count("warning"), 3)
        self.assertIn(
            "edit.spt.best is not available: no rows for pte-edit, phase edit, under spt with the "
            "base parameters and any knobs",
            done.stderr,
        )
        self.assertIn("edit.spt is not available: no rows for pte-edit", done.stderr)
        figures = read(self.run_dir, "figures.tsv")
        self.assertNotIn("edit.spt", figures)
        self.assertIn("switch.spt", figures)
        self.assertIn("edit.spt is not available", read(self.run_dir, "report.md"))

    def test_one_backend(self):
        """a run of one backend alone has no winner and still a report"""
        self.keep(lambda f: f["mmu"] == "ept")
        done = report(self.run_dir)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("nothing to compare", read(self.run_dir, "report.md"))
        self.assertFalse(os.path.exists(os.path.join(self.run_dir, "plots", "winner.svg")))

    def test_no_machine_json(self):
        """without machine.json the report says not available"""
        os.remove(os.path.join(self.run_dir, "machine.json"))
        os.remove(os.path.join(self.run_dir, "environment.json"))
        done = report(self.run_dir, "--bench-seconds", "321")
        self.assertEqual(done.returncode, 0)
        self.assertIn("| machine.json | not available |", read(self.run_dir, "report.md"))
        figures = read(self.run_dir, "figures.tsv")
        self.assertNotIn("machine.boot_seconds", figures)
        self.assertIn("bench.seconds\t321\tseconds\n", figures)
        kept = read(self.run_dir, "environment.json")
        self.assertIn('"commit"', kept)
        report(self.run_dir)
        self.assertEqual(read(self.run_dir, "environment.json"), kept)

    def test_failure_changes_nothing(self):
        """a report that fails, or is stopped, leaves the older one as it was"""
        report(self.run_dir, "--bench-seconds", "321")
        before = digests(self.run_dir)
        for body, why in (("exit 3", "gnuplot"), ("kill -INT $PPID; sleep 1", "SIGINT")):
            tools = tempfile.mkdtemp()
            self.addCleanup(shutil.rmtree, tools)
            fake = os.path.join(tools, "gnuplot")
            with open(fake, "w", encoding="utf-8") as out:
                out.write("#!/bin/sh\n%s\n" % body)
            os.chmod(fake, 0o755)
            with mock.patch.dict(os.environ, PATH=tools + ":" + os.environ["PATH"]):
                done = report(self.run_dir, "--bench-seconds", "5")
            self.assertEqual(done.returncode, 1, done.stderr)
            self.assertIn(why, done.stderr)
            self.assertNotIn("Traceback", done.stderr)
            self.assertEqual(digests(self.run_dir), before)

    def test_bench_seconds(self):
        """a wall time that is none is refused, and nothing is written"""
        before = digests(self.run_dir)
        for wrong in ("-5", "nan", "inf", "soon"):
            done = report(self.run_dir, "--bench-seconds=" + wrong)
            self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertEqual(digests(self.run_dir), before)

    def test_single_workload(self):
        """one workload with one repetition is enough for a report"""
        self.keep(lambda f: f["workload"] == "hypercall" and f["repetition"] == "1")
        done = report(self.run_dir)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("run once", read(self.run_dir, "report.md"))

    def test_no_proof(self):
        """without what tests leave, the figures of proof are absent and told of"""
        shutil.rmtree(os.path.join(self.run_dir, "proof-in"))
        done = report(self.run_dir)
        self.assertEqual((done.returncode, done.stderr.count("warning")), (0, len(headline.PROVEN)))
        for name in headline.PROVEN:
            self.assertIn(name + " is not available: the tests left no count", done.stderr)
            self.assertNotIn(name, read(self.run_dir, "figures.tsv"))

    def test_no_trap(self):
        """a strategy that was not run has no column, and its figure is told of"""
        self.keep(lambda f: f["spt.sync"] != "trap")
        done = report(self.run_dir)
        self.assertIn("spt.memory.trap is not available: nothing ran with", done.stderr)
        figures = read(self.run_dir, "figures.tsv")
        self.assertNotIn("spt.memory.trap", figures)
        self.assertIn("spt.memory.vtlb\t1.5\t", figures)
        self.assertIn("demand.spt.exits\t1.5\t", figures)
        self.assertIn(
            "| dense-sequential | 40 | 40 | 1 | 80 | 2 | 60 | 1.5 |",
            read(self.run_dir, "report.md"),
        )

    def test_left_out(self):
        """what the machine lacked is told of in the report"""
        path = os.path.join(self.run_dir, "environment.json")
        with open(path, encoding="utf-8") as file:
            values = json.load(file)
        values["left_out"] = ["full.suite:9: no 1G pages"]
        with open(path, "w", encoding="utf-8") as file:
            json.dump(values, file)
        self.assertIn("full.suite:9: no 1G pages", report(self.run_dir).stderr)
        self.assertIn("**Left out:** full.suite:9", read(self.run_dir, "report.md"))

    def test_other_setting(self):
        """a setting that no group of the plan names is held against the default knobs"""
        path = os.path.join(self.run_dir, "results.csv")
        head, rest = read(path).split("\n", 1)
        vpid, la57 = (head.split(",").index(k) for k in ("vpid", "la57"))
        with open(path, "a", encoding="utf-8") as out:
            for line in rest.splitlines():
                fields = line.split(",")
                if fields[1] == "ept" and fields[vpid] == "off":
                    fields[vpid], fields[la57] = "on", "on"
                    out.write(",".join(fields).replace("exits,1000", "exits,2000") + "\n")
        self.assertEqual(report(self.run_dir).returncode, 0)
        self.assertIn("### la57=on", read(self.run_dir, "report.md"))
        self.assertTrue(
            os.path.exists(os.path.join(self.run_dir, "plots", "ablation-la57-on.svg"))
        )
