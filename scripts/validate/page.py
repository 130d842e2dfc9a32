# SPDX-License-Identifier: GPL-2.0
"""docs/validation.md: every row, whether it passes or not."""
import judge
from document import Heading, Table, Text, markdown

WORDS = {True: "yes", False: "no", None: "–"}
HEADER = ["value", "published", "modelled [low, high]", "tolerance", "within"]


def number(value):
    """Three significant digits, integers whole; what is published in words as it stands."""
    if isinstance(value, str):
        return value
    if value == int(value) and abs(value) < 1e6:
        return "%d" % value
    digits = max(0, 2 - len("%d" % abs(value)) + (abs(value) < 1) + 1)
    return "%.*f" % (min(digits, 3), value)


def band_text(band):
    """A middle value with its range, where it has one."""
    if band is None:
        return "not modelled"
    low, high = number(min(band)), number(max(band))
    return number(band.mid) if low == high else "%s [%s, %s]" % (number(band.mid), low, high)


def judged_of(outcome, text_of):
    """All values of a row that are judged, in one cell."""
    found = [text_of(judged) for judged in outcome.values if judged.value.tolerance]
    return "; ".join(dict.fromkeys(found) if len(set(found)) == 1 else found)


def summary(outcomes):
    """The table of all rows, with middle values only."""
    return Table(
        ["#", "figure", "published", "modelled", "result"],
        "rllll",
        [
            [
                str(outcome.row.number),
                outcome.row.what,
                judged_of(outcome, lambda judged: published(judged.value.published)),
                judged_of(outcome, lambda j: number(j.band.mid) if j.band else "not modelled"),
                bold(outcome.result),
            ]
            for outcome in outcomes
        ],
    )


def bold(result):
    """What does not pass is to be seen."""
    return result if result == judge.PASS else "**%s**" % result


def published(value):
    """A published number in the digits that it was published with."""
    return value if isinstance(value, str) else "%g" % value


def section(outcome):
    """One row with all its values."""
    row = outcome.row
    out = [Heading(3, "Row %d: %s" % (row.number, row.what)), Text(row.how)]
    out.append(
        Table(
            HEADER,
            "lrrll",
            [
                [
                    judged.value.name,
                    published(judged.value.published),
                    band_text(judged.band),
                    judged.value.tolerance.text if judged.value.tolerance else "not judged",
                    WORDS[judged.good],
                ]
                for judged in outcome.values
            ],
        )
    )
    words = "Result: %s." % bold(outcome.result)
    if outcome.ordered is not None:
        words += " The order is %s." % ("as published" if outcome.ordered else "another")
    out.append(Text("%s Source: %s." % (words, row.source)))
    if outcome.result == judge.FAIL:
        out.append(Text("What is known of the cause: %s" % (row.cause or "nothing yet.")))
    return out


def names(outcomes, result):
    """The numbers of rows with that result, in words."""
    found = [str(o.row.number) for o in outcomes if o.result == result]
    return ", ".join(found) if found else "none"


def text(outcomes):
    """The whole page."""
    passed = judge.within(outcomes)
    blocks = [
        Heading(1, "The model of time against published results"),
        Text(
            "Made by `make validate` from the table in `scripts/validate/published.py`, and the same to "
            "the byte for the same tree. Nothing that set a constant of the model stands here, "
            "and no constant, description or stand-in was changed after a result was seen: "
            "[calibration.md](calibration.md) has the rules. All modelled values are those of the "
            "emulated machine and of made-up streams. The middle one decides; low and high are the "
            "least and the most over the costs that no source tells exactly."
        ),
        Text(
            "**%d of %d rows are within tolerance.** Not within: %s. Not modelled: %s."
            % (passed, len(outcomes), names(outcomes, judge.FAIL), names(outcomes, judge.NOT_MODELLED))
        ),
        summary(outcomes),
        Heading(2, "Row by row"),
    ]
    for outcome in outcomes:
        blocks += section(outcome)
    return "<!-- Made by make validate; don't edit. -->\n\n" + markdown(blocks)
