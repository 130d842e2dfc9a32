# SPDX-License-Identifier: GPL-2.0
"""A document as a list of blocks, written as HTML and as Markdown.

contents.py makes the blocks once; html() and markdown() write the same words
twice, so that report.md stays the twin of report.html. Text may hold
`code` and **bold** and nothing else.
"""
import collections
import html as escape_html
import os
import re

from conditions import NOT_MEASURABLE

Heading = collections.namedtuple("Heading", "level text")
Text = collections.namedtuple("Text", "text kind", defaults=("",))
Bullets = collections.namedtuple("Bullets", "items")
# align: one letter a column, l or r; fold: words that open it, "" when open
Table = collections.namedtuple("Table", "header align rows caption fold", defaults=("", ""))
Figure = collections.namedtuple("Figure", "picture command")
Claim = collections.namedtuple("Claim", "claim verdict text others")
Code = collections.namedtuple("Code", "text")

# A row with a cell that begins so is grey: it counts nowhere.
NO_RESULT = (NOT_MEASURABLE, "not compared")

HERE = os.path.dirname(os.path.abspath(__file__))


def inline_html(text):
    """`code` and **bold** in escaped text."""
    text = escape_html.escape(text, quote=False)
    text = re.sub(r"`([^`]+)`", r"<code>\1</code>", text)
    return re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", text)


def anchor(text):
    """The id of a heading."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def inline_svg(path, name, words):
    """A picture of gnuplot as part of a page that may be dark.

    Ids get the picture's name, since a page holds several; black becomes the
    text's colour, and colours are written one way, for the style sheet.
    """
    with open(path, encoding="utf-8") as file:
        svg = file.read()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<title>Gnuplot</title>\s*<desc>.*?</desc>\s*", "", svg, flags=re.DOTALL)
    svg = re.sub(r'<rect x="0" y="0"[^>]*fill="#ffffff"/>\s*', "", svg, count=1)
    svg = re.sub(r"\bid=(['\"])", r"id=\1%s-" % name, svg)
    svg = re.sub(r"href='#", "href='#%s-" % name, svg)
    svg = svg.replace("url(#", "url(#%s-" % name)
    svg = re.sub(
        r"rgb\(\s*(\d+),\s*(\d+),\s*(\d+)\)",
        lambda m: "#%02x%02x%02x" % tuple(int(g) for g in m.groups()),
        svg,
    )
    svg = re.sub(r"(['\"])black\1", r"\1currentColor\1", svg)
    svg = re.sub(r"(['\"])#000000\1", r"\1currentColor\1", svg)
    # color="currentColor" on a group would mean nothing; inherit it.
    svg = re.sub(r"\scolor=(['\"])currentColor\1", "", svg)
    svg = svg.replace('font-family="DejaVu Sans"', 'font-family="DejaVu Sans, Verdana, sans-serif"')
    label = escape_html.escape(words, quote=True)
    return svg.replace("<svg", '<svg role="img" aria-label="%s"' % label, 1)


def table_html(block):
    """A table that scrolls sideways on a narrow screen."""
    kind = {"l": "", "r": ' class="r"'}
    out = ['<div class="wide"><table>']
    if block.caption:
        out.append("<caption>%s</caption>" % inline_html(block.caption))
    out.append(
        "<thead><tr>%s</tr></thead><tbody>"
        % "".join(
            '<th scope="col"%s>%s</th>' % (kind[a], inline_html(h))
            for h, a in zip(block.header, block.align)
        )
    )
    for row in block.rows:
        grey = any(value.startswith(NO_RESULT) for value in row)
        cells = ['<th scope="row">%s</th>' % inline_html(row[0])]
        for value, align in zip(row[1:], block.align[1:]):
            who = (
                {"EPT": " ept", "shadow": " spt"}.get(value.split(" ")[0], "")
                if align == "l"
                else ""
            )
            cells.append(
                '<td class="%s">%s</td>'
                % (("r" if align == "r" else "l") + who, inline_html(value))
            )
        out.append("<tr%s>%s</tr>" % (' class="none"' if grey else "", "".join(cells)))
    out.append("</tbody></table></div>")
    if block.fold:
        out = ["<details><summary>%s</summary>" % inline_html(block.fold)] + out + ["</details>"]
    return "\n".join(out)


def block_html(block, plots):
    """One block as HTML."""
    if isinstance(block, Heading):
        return '<h%d id="%s">%s</h%d>' % (
            block.level,
            anchor(block.text),
            inline_html(block.text),
            block.level,
        )
    if isinstance(block, Text):
        kind = ' class="%s"' % block.kind if block.kind else ""
        return "<p%s>%s</p>" % (kind, inline_html(block.text))
    if isinstance(block, Bullets):
        return "<ul>%s</ul>" % "".join("<li>%s</li>" % inline_html(i) for i in block.items)
    if isinstance(block, Table):
        return table_html(block)
    if isinstance(block, Code):
        return "<pre>%s</pre>" % escape_html.escape(block.text, quote=False)
    if isinstance(block, Claim):
        kind = anchor(block.verdict).split("-")[0] + ("-part" if "part" in block.verdict else "")
        others = (
            '<p class="others">Elsewhere: %s</p>' % inline_html(block.others)
            if block.others
            else ""
        )
        return (
            '<section class="claim"><h3>“%s”</h3><p><strong class="verdict %s">%s</strong> '
            "%s</p>%s</section>"
            % (
                inline_html(block.claim),
                kind,
                inline_html(block.verdict),
                inline_html(block.text),
                others,
            )
        )
    picture = block.picture
    svg = inline_svg(os.path.join(plots, picture.name + ".svg"), picture.name, picture.title)
    return (
        '<figure id="picture-%s"><div class="wide">%s</div><figcaption>%s</figcaption>'
        "<details><summary>Make this picture again</summary><pre>%s</pre></details></figure>"
        % (
            picture.name,
            svg,
            inline_html(picture.caption),
            escape_html.escape(block.command, quote=False),
        )
    )


def html(title, blocks, plots):
    """The whole page: one file, nothing to load."""
    with open(os.path.join(HERE, "report.css"), encoding="utf-8") as file:
        file.readline()  # the licence is this file's, not a report's
        style = file.read()
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"/>\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1"/>\n'
        '<meta name="color-scheme" content="light dark"/>\n'
        "<title>%s</title>\n<style>\n%s</style></head>\n<body><main>\n%s\n</main></body>"
        "</html>\n"
        % (escape_html.escape(title), style, "\n".join(block_html(b, plots) for b in blocks))
    )


def table_markdown(block):
    """A table in GitHub's Markdown."""

    def line(cells):
        return "| %s |" % " | ".join(c.replace("|", "\\|") for c in cells)

    out = [
        line(block.header),
        "| %s |" % " | ".join("---" if a == "l" else "---:" for a in block.align),
    ]
    out += [line(row) for row in block.rows]
    text = "\n".join(out)
    if block.caption:
        text = block.caption + "\n\n" + text
    if block.fold:
        text = "<details><summary>%s</summary>\n\n%s\n\n</details>" % (
            inline_html(block.fold),
            text,
        )
    return text


def block_markdown(block):
    """One block as Markdown."""
    if isinstance(block, Heading):
        return "#" * block.level + " " + block.text
    if isinstance(block, Text):
        return block.text
    if isinstance(block, Bullets):
        return "\n".join("- " + i for i in block.items)
    if isinstance(block, Table):
        return table_markdown(block)
    if isinstance(block, Code):
        return "```\n%s\n```" % block.text
    if isinstance(block, Claim):
        others = "\n\nElsewhere: %s" % block.others if block.others else ""
        return "### “%s”\n\n**%s.** %s%s" % (
            block.claim,
            block.verdict[0].upper() + block.verdict[1:],
            block.text,
            others,
        )
    picture = block.picture
    return "![%s](plots/%s.svg)\n\n%s Again: `%s`" % (
        picture.title,
        picture.name,
        picture.caption,
        block.command,
    )


def markdown(blocks):
    """The whole document as Markdown."""
    return "\n\n".join(block_markdown(b) for b in blocks) + "\n"
