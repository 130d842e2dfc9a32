# SPDX-License-Identifier: GPL-2.0
"""The X-macro lists of hv/uapi as Python sees them, and the tool's of KVM and of models.

counters-doc, the measurements and the tests ask this module for the counters,
exit reasons and knobs, so that no list is written twice. It reads the headers
of the project it lies in and nothing else. expand() lets the C preprocessor do
the reading; knobs() works without a compiler, because a report is also made
where none is installed.
"""
import functools
import json
import os
import re
import subprocess

PROJECT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
UAPI = os.path.join(PROJECT, "hv", "uapi")
BENCH = os.path.join(PROJECT, "bench")
MODEL = os.path.join(BENCH, "model")

STRING = r'"(?:[^"\\]|\\.)*"'


class UapiError(Exception):
    """A header is missing or does not hold the list that it should."""


def unquote(literals):
    """Join the adjacent C string literals in LITERALS into one string."""
    return "".join(json.loads(s) for s in re.findall(STRING, literals))


def expand(header, list_name, fields, folder=UAPI):
    """Return the rows of an X-macro list in a header of FOLDER, expanded by `gcc -E`.

    Every field is turned into text by the preprocessor; FIELDS says how many
    there are.
    """
    names = ", ".join("f%d" % i for i in range(fields))
    row = " ".join("@F %s" % ("#f%d" % i) for i in range(fields))
    snippet = '#include "%s"\n#define ROW(%s) @ROW %s\n@LIST\n%s(ROW)\n' % (
        header,
        names,
        row,
        list_name,
    )
    try:
        run = subprocess.run(
            [os.environ.get("CC", "gcc"), "-E", "-P", "-x", "c", "-I", folder, "-"],
            input=snippet,
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError as error:
        raise UapiError("the C preprocessor cannot be run: %s" % error) from error
    if run.returncode:
        raise UapiError("the C preprocessor refused %s:\n%s" % (header, run.stderr))
    text = run.stdout.split("@LIST", 1)[1]
    rows = []
    for chunk in text.split("@ROW")[1:]:
        cells = [unquote(cell) for cell in chunk.split("@F")[1:]]
        # A field that was a string literal arrives as a literal in a literal.
        rows.append([unquote(c) if c.startswith('"') else c for c in cells])
    if not rows:
        raise UapiError("%s holds no list %s" % (header, list_name))
    return rows


@functools.lru_cache(maxsize=None)
def counters():
    """[(name, kind, unit, meaning)] of counters.h."""
    return [tuple(r) for r in expand("counters.h", "HVBENCH_COUNTERS", 4)]


@functools.lru_cache(maxsize=None)
def kvm_counters():
    """[(name as KVM has it, ours or "own", kind, unit, meaning)] of kvm_counters.h."""
    return [tuple(r) for r in expand("kvm_counters.h", "KVM_COUNTERS", 5, BENCH)]


@functools.lru_cache(maxsize=None)
def model_counts():
    """[(name, unit, meaning)] of model/counts.h."""
    return [tuple(r) for r in expand("counts.h", "MODEL_COUNTS", 3, MODEL)]


@functools.lru_cache(maxsize=None)
def model_causes():
    """[(name, meaning)] of model/cost.h."""
    return [tuple(r) for r in expand("cost.h", "MODEL_CAUSES", 2, MODEL)]


@functools.lru_cache(maxsize=None)
def exit_reasons():
    """[(number, NAME, meaning)] of exits.h."""
    return [(int(n), name, text) for n, name, text in expand("exits.h", "HVBENCH_EXIT_REASONS", 3)]


@functools.lru_cache(maxsize=None)
def knobs():
    """{knob name: (list of choices, word of the default)} of knobs.h."""
    path = os.path.join(UAPI, "knobs.h")
    try:
        with open(path, encoding="utf-8") as header:
            text = header.read().replace("\\\n", " ")
    except OSError as error:
        raise UapiError("the list of knobs cannot be read: %s" % error) from error
    found = {}
    for name, choices, default in re.findall(
        r'X\(\s*[A-Z0-9_]+\s*,\s*"([^"]+)"\s*,\s*"([^"]+)"\s*,\s*(\d+)\s*,', text
    ):
        words = choices.split("|")
        found[name] = (words, words[int(default)])
    if not found:
        raise UapiError("%s holds no knobs" % path)
    return found


def defaults():
    """{knob name: word of its default} of knobs.h."""
    return {name: default for name, (_, default) in knobs().items()}
