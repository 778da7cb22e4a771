"""The API reference: what the docstrings of public names say, read from the source without importing it."""
import ast
import html
import re
import textwrap
from pathlib import Path
from typing import NamedTuple

import griffe

ROOT = Path(__file__).parents[1]
SPECIAL = ("__init__", "__call__", "__getitem__", "__len__", "__iter__")


class Reference(NamedTuple):
    "The package as griffe reads it."
    package: griffe.Module
    modules: dict[str, griffe.Module]       # name without the package's, such as "training.loop"; in order of name
    places: dict[str, str]                  # a public name that stands in one module only -> its page and anchor
    front: list[str]                        # `zero_guidance.__all__`


def read_package() -> Reference:
    "All modules with public names, from their source."
    package = griffe.load("zero_guidance", search_paths=[str(ROOT)], resolve_aliases=True)
    modules, homes = {}, {}
    for path in sorted((ROOT / "zero_guidance").rglob("*.py")):
        name = ".".join(path.relative_to(ROOT / "zero_guidance").with_suffix("").parts)
        if path.name in ("__init__.py", "_modidx.py"):
            continue
        modules[name] = package[name]
        for public in names_of(package[name]):
            homes.setdefault(public, []).append(f"{name}.md#{public}")
    places = {public: pages[0] for public, pages in homes.items() if len(pages) == 1}
    return Reference(package, modules, places, [str(name) for name in package.exports])


def names_of(module: griffe.Module) -> list[str]:
    "What a module defines itself among its public names."
    names = [str(name) for name in module.exports or ()]
    return [name for name in names if name in module.members and not module.members[name].is_alias]


def notebook_of(module: griffe.Module) -> str | None:
    "The stem of the notebook that a module is exported from."
    stem = re.search(r"File to edit: (?:\.\./)+nbs/(\w+)\.ipynb", module.source)
    return stem and stem[1]


def module_page(name: str, reference: Reference) -> str:
    "A module's page in Markdown."
    module, notebook = reference.modules[name], notebook_of(reference.modules[name])
    about = module.docstring.value if module.docstring else ""
    source = f"Explained, exported and tested in [{notebook}](../notebooks/{notebook}.md)." if notebook else ""
    parts = [f"# zero_guidance.{name}", f"> {prose(about)}", source]
    for public in names_of(module):
        parts += _entry(module.members[public], public, reference, notebook, "##")
    return "\n\n".join(filter(None, parts)) + "\n"


def _entry(thing: griffe.Object, name: str, reference: Reference, notebook: str | None, level: str) -> list[str]:
    "A heading with its anchor, the signature, what the docstring says, and the methods of a class."
    cell = _cell_above(thing) if notebook else None
    page = f"../notebooks/{notebook}.html#{cell}"
    link = f' <a class="cell" href="{page}" title="its cell in {notebook}">{notebook}</a>' if cell else ""
    parts = [f"{level} `{name}` {{ #{name.replace('__', '')} }}", _signature(thing)]
    if thing.docstring:
        text = _docstring(thing.docstring.value, reference)
        parts.append(text + link)
    elif link:
        parts.append(link.strip())
    if thing.is_class:
        for method, member in _methods(thing):
            parts += _entry(member, f"{name}.{method}", reference, None, level + "#")
    return parts


def _methods(thing: griffe.Class) -> list[tuple[str, griffe.Object]]:
    "Public methods with a docstring, and those from private classes above."
    members = dict(thing.members)
    for base in thing.mro():
        if base.name.startswith("_"):
            members |= {name: member for name, member in base.members.items() if name not in members}
    public = ((name, member) for name, member in members.items() if not name.startswith("_") or name in SPECIAL)
    return [(name, m) for name, m in public if not m.is_alias and not m.inherited and m.docstring
            and (m.is_function or "property" in m.labels or "cached_property" in m.labels)]


def _cell_above(thing: griffe.Object) -> str | None:
    "The id of the notebook's cell that something was exported from: it stands in a line above."
    lines = thing.module.source.split("\n")[:thing.lineno]
    marks = (re.match(r"# %% \S+\.ipynb #([\w-]+)", line) for line in reversed(lines))
    return next((mark[1] for mark in marks if mark), None)


def _signature(thing: griffe.Object) -> str:
    "The lines of the source that say what a name takes, with the shapes beside them."
    lines = thing.module.source.split("\n")[thing.lineno - 1:thing.endlineno]
    if thing.is_function or "property" in thing.labels or "cached_property" in thing.labels:
        node = ast.parse(textwrap.dedent("\n".join(lines))).body[0]
        body, first, indent = node.body[0], node.lineno - 1, len(lines[0]) - len(lines[0].lstrip())
        one_line = lines[body.lineno - 1][:indent + body.col_offset]  # what stands before the body on its line
        kept = lines[first:body.lineno - 1] + ([one_line.rstrip()] if one_line.strip() else [])
    elif thing.is_class:
        start = next(i for i, line in enumerate(lines) if re.match(r"\s*class ", line))
        listed = thing.docstring and "Attributes:" in thing.docstring.value
        kept = lines[:start + 1] + ([] if listed else _fields(thing))
    else:
        kept = lines[:12] + (["    ..."] if len(lines) > 12 else [])
    indent = min(len(line) - len(line.lstrip()) for line in kept if line.strip())
    text = "\n".join(line[indent:] for line in kept)
    return f"``` {{ .python .signature }}\n{text}\n```"


def _fields(thing: griffe.Class) -> list[str]:
    "The lines of a class's annotated fields."
    lines = thing.module.source.split("\n")
    fields = (m for m in thing.members.values() if m.is_attribute and m.annotation and not m.name.startswith("_")
              and "property" not in m.labels and "cached_property" not in m.labels
              and re.match(rf"    {m.name}\s*:", lines[m.lineno - 1]))
    return [line for m in fields for line in lines[m.lineno - 1:m.endlineno]]


def _docstring(text: str, reference: Reference) -> str:
    "A docstring in Markdown: its text, then its arguments as a list, then what comes back."
    said, rows, returned, where = [], [], "", "text"
    for line in text.split("\n"):
        if section := re.match(r"(Args|Attributes):$", line):
            where = section[1]
        elif back := re.match(r"Returns: (.*)", line):
            returned, where = back[1], "returns"
        elif where in ("Args", "Attributes") and (row := re.match(r"    (\*{0,2}\w+): (.*)", line)):
            rows.append(row.groups())
        elif where == "text":
            said.append(line)
    parts = [_body("\n".join(said), reference)]
    if rows:
        parts.append("\n".join(f"- `{name}`: {prose(about, reference)}" for name, about in rows))
    if returned:
        parts.append(f"**Returns** {prose(returned, reference)}")
    return "\n\n".join(parts)


def _body(text: str, reference: Reference) -> str:
    "Paragraphs; lines that are indented are code."
    blocks = re.split(r"\n\s*\n", text.strip("\n"))
    return "\n\n".join(block if all(line.startswith("    ") for line in block.split("\n")) else prose(block, reference)
                       for block in blocks)


def prose(text: str, reference: Reference | None = None) -> str:
    "Plain text as Markdown: what would be read as markup is not; a name in backticks links to where it stands."
    def code(piece: str) -> str:
        place = reference and reference.places.get(piece.strip("`").removesuffix("()"))
        return f"[{piece}]({place})" if place else piece
    pieces = re.split(r"(`[^`\n]+`)", text)
    def plain(piece: str) -> str:
        return re.sub(r"([*_\[\]$~^\\])", r"\\\1", html.escape(piece, quote=False))
    return "".join(code(piece) if piece.startswith("`") else plain(piece) for piece in pieces)


def first_sentence(thing: griffe.Object) -> str:
    "The first line of a docstring, or what a constant is."
    return thing.docstring.value.split("\n")[0] if thing.docstring else ""


def front_page(reference: Reference, groups: dict[str, list[str]]) -> str:
    """The first page of the reference: the names of the package, then all modules.

    Args:
        groups: group -> stems of its notebooks, in their order"""
    rows = []
    for name in reference.front:
        thing = reference.package[name]
        thing = thing.final_target if thing.is_alias else thing
        module = thing.module.path.removeprefix("zero_guidance.")
        rows.append(f"| [`{name}`]({module}.md#{thing.name}) | {prose(first_sentence(thing))} |")
    about = reference.package.docstring.value
    parts = ["# API", _body(about, reference), "| name | |\n|---|---|\n" + "\n".join(rows), "## Modules {: #modules }",
             "Each module is exported from the notebook that explains and tests it."]
    by_notebook: dict[str | None, list[str]] = {}
    for name, module in reference.modules.items():
        by_notebook.setdefault(notebook_of(module), []).append(name)
    for group, stems in groups.items():
        here = [name for stem in stems for name in by_notebook.get(stem, [])]
        rows = [f"| [`{name}`]({name}.md) | {prose(first_sentence(reference.modules[name]))} |" for name in here]
        if rows:
            parts.append(f"### {group}\n\n| module | |\n|---|---|\n" + "\n".join(rows))
    return "\n\n".join(parts) + "\n"
