"""Notebooks -> modules, README.md and nbs/README.md. After nbdev's export each docstring gets what the comments beside arguments say.

    python .ci/export.py           write
    python .ci/export.py --check   exit 1 where a module or a README is not what the notebooks give

`help()` and editors show docstrings and no comments, so the comments ("docments") are folded into the docstrings."""
import ast
import re
import shutil
import subprocess
import sys
import tempfile
import tokenize
from io import StringIO
from pathlib import Path

import nbformat
from nbconvert import MarkdownExporter

ROOT = Path(__file__).parents[1]


def comments_of(source: str) -> dict[int, str]:
    "Line number -> the comment at its end."
    tokens = tokenize.generate_tokens(StringIO(source).readline)
    return {t.start[0]: t.string.lstrip("# ").strip() for t in tokens if t.type == tokenize.COMMENT and t.line.strip()[0] != "#"}



def sections(node: ast.AST, comments: dict[int, str]) -> list[str]:
    "The lines to add to a docstring: Parameters and Returns of a function, Attributes of a class with fields."
    if isinstance(node, ast.ClassDef):
        fields = [n for n in node.body if isinstance(n, ast.AnnAssign) and isinstance(n.target, ast.Name) and not n.target.id.startswith("_")]
        return section("Attributes", [f"{n.target.id}: {comments[n.lineno]}" for n in fields if n.lineno in comments])
    arguments = [a for a in (*node.args.posonlyargs, *node.args.args, node.args.vararg, *node.args.kwonlyargs, node.args.kwarg) if a]
    end = last_line_of_signature(node)
    rows = [f"{a.arg}: {comments[a.lineno]}" for a in arguments if a.lineno in comments and a.lineno != end]
    returned = [comments[end]] if end in comments and all(a.lineno != end for a in arguments) else []
    return section("Args", rows) + ([] if rows or not returned else [""]) + [f"Returns: {about}" for about in returned]


def last_line_of_signature(node: ast.FunctionDef) -> int:
    "The line that ends with the colon before the body."
    return node.returns.end_lineno if node.returns else node.body[0].lineno - 1


def section(title: str, rows: list[str]) -> list[str]:
    "A section of a docstring in Google's form, one line an entry."
    return ["", f"{title}:", *(f"    {row}" for row in rows)] if rows else []


def folded(source: str) -> str:
    "A module whose public docstrings say what the notebook's comments say, with signatures on few lines instead."
    lines, comments = source.split("\n"), comments_of(source)
    public = [n for n in walk_public(ast.parse(source)) if isinstance(n.body[0], ast.Expr) and isinstance(n.body[0].value, ast.Constant)
              and isinstance(n.body[0].value.value, str)]
    for node in sorted(public, key=lambda n: -n.body[0].lineno):  # from the end, so that line numbers stay
        extra, doc = sections(node, comments), node.body[0]
        text = "\n".join(lines[doc.lineno - 1:doc.end_lineno])
        quoted = re.fullmatch(r"""\s*([rfRF]?)("{3}|'{3}|"|')(.*)\2(\s*#.*)?""", text, re.S)
        if not extra or not quoted or doc.lineno == node.lineno:
            continue
        indent, body = " " * doc.col_offset, quoted[3].rstrip()
        if quoted[2] == '"':
            body = body.replace('\\"', '"')
        new = "\n".join(f"{indent}{line}".rstrip() for line in extra)
        end = f"\n{indent}" if new.endswith('"') else ""
        lines[doc.lineno - 1:doc.end_lineno] = f'{indent}{quoted[1]}"""{body}\n{new}{end}"""'.split("\n")
        if isinstance(node, ast.FunctionDef):
            last = doc.lineno - 1
            lines[node.lineno - 1:last] = signature(lines[node.lineno - 1:last], " " * node.col_offset)
    return "\n".join(lines)


def signature(lines: list[str], indent: str) -> list[str]:
    "A signature without its comments, filled to 120 characters."
    words = [re.sub(r"\s+#.*$", "", line) if "#" in line else line for line in lines]
    flat = re.sub(r"\s+", " ", " ".join(words)).strip()
    flat = re.sub(r"\( ", "(", re.sub(r",? \)", ")", flat))
    if len(indent + flat) <= 120:
        return [indent + flat]
    head, _, rest = flat.partition("(")
    arguments, _, tail = rest.rpartition(")")
    if ") ->" in rest:
        arguments, _, tail = rest.partition(") ->")
        while arguments.count("(") != arguments.count(")"):  # a parenthesis inside: the arrow is that of a later one
            more, _, tail = tail.partition(") ->")
            arguments = f"{arguments}) ->{more}"
        tail = f" ->{tail}"
    filled, row = [], ""
    for part in split_arguments(arguments):
        if row and len(indent) + 6 + len(row) + len(part) > 120:
            filled.append(row)
            row = ""
        row += f"{part}, "
    filled.append(row)
    return [f"{indent}{head}(", *(f"{indent}    {row.rstrip()}" for row in filled), f"{indent}){tail}"]


def split_arguments(text: str) -> list[str]:
    "Arguments at the commas outside brackets and quotes."
    parts, depth, quote, start = [], 0, "", 0
    for i, c in enumerate(text):
        if quote:
            quote = "" if c == quote else quote
        elif c in "\"'":
            quote = c
        elif c in "([{":
            depth += 1
        elif c in ")]}":
            depth -= 1
        elif c == "," and depth == 0:
            parts.append(text[start:i].strip())
            start = i + 1
    return [part for part in (*parts, text[start:].strip()) if part]


def walk_public(tree: ast.Module):
    "Public functions and classes of a module, and the public methods of those classes."
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and not node.name.startswith("_"):
            yield node
        if isinstance(node, ast.ClassDef):
            yield from (n for n in node.body if isinstance(n, ast.FunctionDef) and (not n.name.startswith("_") or n.name in ("__init__", "__call__")))


def export(root: Path) -> None:
    "Write all modules below `root` from the notebooks there."
    subprocess.run([Path(sys.executable).with_name("nbdev_export")], cwd=root, check=True)
    for path in modules(root):
        path.write_text(folded(path.read_text(encoding="utf-8")), encoding="utf-8")


def modules(root: Path) -> list[Path]:
    "The exported modules."
    every = sorted((root / "zero_guidance").rglob("*.py"))
    return [path for path in every if path.name not in ("_modidx.py", "__init__.py")]


def readme() -> str:
    "The index notebook as Markdown: hidden cells left out, links relative to the root."
    nb = nbformat.read(ROOT / "nbs/index.ipynb", 4)
    nb.cells = [c for c in nb.cells if not c.source.startswith("#| hide")]
    text, _ = MarkdownExporter().from_notebook_node(nb)
    text = re.sub(r"\]\((\w+\.(ipynb|md))", r"](nbs/\1", text)  # a link to a page beside this one
    return text.replace("](../", "](").replace('src="../', 'src="').strip() + "\n"


GROUPS = {  # group -> names of its notebooks
    "The paper, section by section": r"00_the_paper|0[2-9](?!a_naming_tuning)", "The machine room": r"0[01]_|01",
    "What people do with it": r"1[0-3568-9]", "The evidence": r"07a|14|17|20", "The training appendix": r"T"}


def notebook_map() -> str:
    "All notebooks by group, each with its title and its first line."
    lines = ["# The notebooks", "", "Where to start stands in [the project's README](../README.md). `make export` writes this page."]
    left = sorted(path for path in (ROOT / "nbs").glob("*.ipynb") if path.stem != "index")
    for group, names in GROUPS.items():
        here = [path for path in left if re.match(names, path.stem)]
        left = [path for path in left if path not in here]
        lines += ["", f"## {group}", "", "| notebook | |", "|---|---|"]
        for path in here:
            first = nbformat.read(path, 4).cells[0].source.splitlines()
            about = next((line[2:] for line in first if line.startswith("> ")), "")
            lines.append(f"| [{path.stem}]({path.name}) | **{first[0].lstrip('# ')}** {about} |")
    if left:
        raise SystemExit(f"{left[0].name}: in no group of .ci/export.py")
    return "\n".join(lines) + "\n"


PAGES = {"README.md": readme, "nbs/README.md": notebook_map}


def stale_modules() -> list[str]:
    "Modules that a fresh export would write differently."
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch)
        for part in ("nbs", "zero_guidance"):
            shutil.copytree(ROOT / part, copy / part, ignore=shutil.ignore_patterns("assets", "__pycache__", ".ipynb_checkpoints"))
        for path in modules(copy):
            path.unlink()
        shutil.copy(ROOT / "settings.ini", copy)
        export(copy)
        fresh, kept = ({str(p.relative_to(top)): p.read_text() for p in modules(top)} for top in (copy, ROOT))
    return [f"{name}: differs from a fresh export, run `make export`" for name in sorted(fresh | kept) if fresh.get(name) != kept.get(name)]


if __name__ == "__main__":
    if "--check" in sys.argv:
        faults = stale_modules()
        faults += [f"{page} differs from the notebooks: run `make export`" for page, written in PAGES.items()
                   if not (ROOT / page).exists() or (ROOT / page).read_text() != written()]
        print("\n".join(faults) or "modules, README.md and nbs/README.md are what the notebooks give")
        sys.exit(bool(faults))
    export(ROOT)
    for page, written in PAGES.items():
        (ROOT / page).write_text(written())
