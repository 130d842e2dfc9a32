# SPDX-License-Identifier: GPL-2.0
"""The pictures of modelled cycles: cost against footprint and against density.

Called by the report with a modelled.Modelled; each function returns a Picture, or None
where the run holds no such sweep. Three lines a panel: native, EPT, shadow paging.
"""
import conditions
import modelled
from gnuplot import BACKEND, NATIVE_LOOK, SPT
from groups import size
from results import name_of
from suite import split_params
from sweeps import sweep_picture

COLUMNS = ["native", "ept", "spt"]
LEAST = 3  # points of a line


def sweeps(model, param):
    """{(workload, phase, the other parameters): {value: params}} of the warm phases."""
    found = {}
    for c in model.suite.conditions:
        if model.suite.changed(c) or model.suite.declared(c) != conditions.WARM:
            continue
        values = split_params(c.params)
        if param in values:
            rest = tuple(item for item in values.items() if item[0] != param)
            found.setdefault((c.workload, c.phase, rest), {})[values[param]] = c.params
    return {key: values for key, values in found.items() if len(values) >= LEAST}


def rows_of(model, workload, phase, values):
    """[[value, native, ept, spt]]: the middle of each, where it was modelled."""
    rows = []
    for value, params in sorted(values.items()):
        found = [
            model.of("ept", workload, phase, modelled.NATIVE, params=params),
            model.of("ept", workload, phase, params=params),
            model.of("spt", workload, phase, params=params),
        ]
        if any(found):
            rows.append([value] + [band.mid if band else None for band in found])
    return rows


def crossing(model, workload, phase, values):
    """The value from which on shadow paging is cheaper, at all ends of the costs; or None."""
    first = None
    for value, params in sorted(values.items()):
        both = [model.of(mmu, workload, phase, params=params) for mmu in ("ept", "spt")]
        if not all(both):
            continue
        if modelled.winner(*both) != "spt":
            first = None
        elif first is None:
            first = value
    return first


def words_of(model, workload, phase, rest, param):
    """A panel's title: the phase, and what of its parameters is not the base."""
    base = split_params(model.suite.base[workload])
    other = ["%s=%s" % (k, size(v)) for k, v in rest if k != param and base.get(k) != v]
    return " ".join([name_of(workload, phase)] + other)


def picture(model, where, names, param, x_label, bytes_, caption):
    """All sweeps of PARAM in one picture; NAMES are its file's and its heading."""
    panels = [
        (
            words_of(model, workload, phase, rest, param),
            x_label,
            bytes_,
            COLUMNS,
            rows_of(model, workload, phase, values),
            modelled.UNIT + "/op",
        )
        for (workload, phase, rest), values in sweeps(model, param).items()
    ]
    # A line that nothing was modelled for would be an empty panel.
    panels = [p for p in panels if p[4]]
    marks = {}
    for (workload, phase, rest), values in sweeps(model, param).items():
        value = crossing(model, workload, phase, values)
        if value is not None:
            words = "shadow cheaper from %s" % (size(value) + ("" if bytes_ else " pages"))
            marks[words_of(model, workload, phase, rest, param)] = (value, words, SPT)
    looks = {"native": NATIVE_LOOK, **BACKEND}
    entries = [(looks[c]["title"], looks[c]["point"], looks[c]["colour"]) for c in COLUMNS]
    return sweep_picture(
        "%s-%s" % (names[0], model.cpu),
        "%s, %s (%s)" % (names[1], model.cpu, where),
        "%s · %s of %s, the middle of each range" % (where, modelled.UNIT, model.cpu),
        caption,
        panels,
        entries,
        marks,
    )


def footprint(model, where):
    """Modelled cost of warm phases against the number of pages."""
    return picture(
        model,
        where,
        ("model-footprint", "Modelled cost against footprint"),
        "pages",
        "pages touched",
        False,
        "Modelled cycles of one operation of warm phases as the footprint grows beyond what the "
        "TLBs hold. Where the line of EPT leaves that of shadow paging, walks of two tables "
        "begin to cost. The dashed line is at the first footprint from which on shadow paging is "
        "cheaper at all ends of the costs.",
    )


def density(model, where):
    """Modelled cost of warm phases against the distance of the touched pages."""
    return picture(
        model,
        where,
        ("model-density", "Modelled cost against density"),
        "stride",
        "bytes between touched pages",
        True,
        "Modelled cycles of one operation of warm phases over the same number of pages, further and "
        "further apart: each page needs more of the upper tables. The dashed line is at the first "
        "distance from which on shadow paging is cheaper at all ends of the costs.",
    )
