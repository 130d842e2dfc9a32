# SPDX-License-Identifier: GPL-2.0
"""What the run ran on: environment.json and machine.json of a run folder.

The tool writes environment.json inside the machine; what only the outside
knows (commit, emulator, lines of code) is added here once, at the first
report, so that a report made again later tells the same. machine.json comes
from scripts/machine/run and may be absent.
"""
import json
import os
import re
import subprocess

from uapi import PROJECT

ABSENT = "not available"

# The kinds of machine, as pictures and titles name them.
EMULATED, NESTED, METAL = "emulated", "nested", "metal"
WHERE = {EMULATED: "emulated machine", NESTED: "VM with nested VT-x", METAL: "metal"}


class EnvironmentFileError(Exception):
    """A file of the run folder is damaged; the text is one sentence."""


def read_json(path):
    """The object in PATH, {} where there is no file."""
    try:
        with open(path, encoding="utf-8") as file:
            value = json.load(file)
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise EnvironmentFileError("%s cannot be read: %s" % (path, error)) from error
    if not isinstance(value, dict):
        raise EnvironmentFileError("%s does not hold a JSON object" % path)
    return value


def output(*command):
    """Standard output of a command, or None where it fails."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, cwd=PROJECT, check=False)
    except OSError:
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def code_lines(directory):
    """Lines of C in DIRECTORY that are neither blank nor only comment."""
    total = 0
    for folder, _, files in sorted(os.walk(directory)):
        for name in files:
            if name.endswith((".c", ".h")):
                with open(os.path.join(folder, name), encoding="utf-8") as source:
                    total += count_code(source.read())
    return total


def count_code(source):
    """Lines left in SOURCE when comments and blank lines are gone."""

    def keep_lines(match):
        # A string stays; a comment becomes as many line ends as it had.
        word = match.group(0)
        return word if word[0] in "\"'" else "\n" * word.count("\n") or " "

    bare = re.sub(
        r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'',
        keep_lines,
        source,
        flags=re.DOTALL,
    )
    return sum(1 for line in bare.splitlines() if line.strip())


def machine_kind(values, emulated):
    """EMULATED, NESTED or METAL: what environment.json says, held against the unit of results.csv."""
    said = values.get("machine")
    if said not in WHERE:
        return EMULATED if emulated else METAL
    if (said == EMULATED) != emulated:
        raise EnvironmentFileError(
            "environment.json says '%s' but results.csv counts %s: they are not of one run"
            % (said, "instructions" if emulated else "cycles")
        )
    return said


class Environment:
    """Both files, and the facts that the first report adds."""

    def __init__(self, run_dir, emulated):
        self.path = os.path.join(run_dir, "environment.json")
        self.values = read_json(self.path)
        self.machine = read_json(os.path.join(run_dir, "machine.json"))
        self.emulated = emulated
        self.kind = machine_kind(self.values, emulated)
        self.where = WHERE[self.kind]
        self.add_once()

    def left_out(self):
        """What the run could not do: sentences."""
        told = self.values.get("left_out")
        return told if isinstance(told, list) else []

    def add_once(self):
        """Add what only the outside knows, and keep it for later reports."""
        added = {}
        if "commit" not in self.values:
            added["commit"] = output("git", "rev-parse", "--verify", "-q", "HEAD") or ABSENT
            status = output("git", "status", "--porcelain")
            added["dirty"] = ABSENT if status is None else bool(status)
        if self.emulated and "emulator" not in self.values:
            added["emulator"] = self.machine.get("emulator", ABSENT)
        if "code_lines" not in self.values:
            folders = {d: os.path.join(PROJECT, d) for d in ("ept", "spt")}
            if all(os.path.isdir(f) for f in folders.values()):
                added["code_lines"] = {d: code_lines(f) for d, f in folders.items()}
        if added:
            self.values.update(added)
            temporary = self.path + ".new"
            with open(temporary, "w", encoding="utf-8") as out:
                json.dump(self.values, out, indent=2)
                out.write("\n")
            os.replace(temporary, self.path)

    def lines(self, backend):
        """Lines of code of a backend, or None."""
        found = self.values.get("code_lines")
        return found.get(backend) if isinstance(found, dict) else None

    def rows(self):
        """[(name, value)] for the report's table."""
        # The descriptions of modelled CPUs are whole files.
        rows = [
            (name, value)
            for name, value in flat("", self.values)
            if not re.match(r"model\..*\.description$", name)
        ]
        if self.machine:
            rows += flat("machine.json ", self.machine)
        else:
            rows.append(("machine.json", ABSENT))
        return rows


def flat(prefix, value):
    """Nested objects as (dotted name, text)."""
    for name, item in value.items():
        if isinstance(item, dict):
            yield from flat(prefix + name + ".", item)
        elif isinstance(item, list):
            yield prefix + name, ", ".join(str(i) for i in item) or ABSENT
        elif isinstance(item, bool):
            yield prefix + name, "yes" if item else "no"
        else:
            yield prefix + name, ABSENT if item in (None, "") else str(item)


def seconds(run_dir, machine, bench=None):
    """[(figure, seconds or None)]: wall time of the whole bench and of the boot.

    BENCH, where it is given, is newer than what the run folder keeps.
    """
    try:
        if bench is None:
            with open(os.path.join(run_dir, "bench_seconds"), encoding="utf-8") as file:
                bench = file.read().strip()
    except FileNotFoundError:
        bench = machine.get("bench_seconds")
    found = []
    for name, value in (
        ("bench.seconds", bench),
        ("machine.boot_seconds", machine.get("boot_seconds")),
    ):
        try:
            found.append((name, None if value is None else float(value)))
        except (TypeError, ValueError):
            raise EnvironmentFileError(
                "%s: '%s' is not a number of seconds" % (name, value)
            ) from None
    return found
