"""What a reader of the notebooks relies on: clean, no machine in the outputs, one idea a cell.

Where a notebook is not within a limit yet, `.ci/exceptions.json` says by how much; that list may only shrink.
`python .ci/notebooks.py --write` writes it anew and refuses to let it grow."""
import json
import re
import sys
from copy import deepcopy
from pathlib import Path
from statistics import median

from execnb.nbio import read_nb
from nbdev.clean import clean_nb

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "nbs").glob("*.ipynb"))
EXCEPTIONS = ROOT / ".ci/exceptions.json"
MACHINE_PATH = re.compile(r"(?<![\w.])/(work|root|tmp|home|Users|opt)/\w|[A-Z]:\\\\Users")
CLOSING = ["## What it costs", "## Where it fails", "## What to read next"]
LONG_MODULES = ("datasets.py", "evaluation.py")  # each is one thing, and long


def cells_of(path: Path) -> list[dict]:
    "Cells with their source as one text."
    return [cell | {"source": "".join(cell["source"])} for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]]


def is_export(cell: dict) -> bool:
    "A cell that goes into a module, imports and tables of names aside."
    code = [line for line in cell["source"].splitlines() if line.strip() and not line.startswith("#")]
    return cell["cell_type"] == "code" and bool(re.match(r"#\|\s*exports?\b", cell["source"])) and not all(
        re.match(r"\s*(import |from |[\w, .()]+,?\)?$)", line) for line in code)


def is_shown(cell: dict) -> bool:
    "A visible cell of code that is no export: an example, a test that teaches."
    return cell["cell_type"] == "code" and not re.match(r"#\|\s*(export|hide)", cell["source"])


def has_picture(cell: dict) -> bool:
    "A picture in the text or in a saved output."
    kinds = (kind for out in cell.get("outputs", []) for kind in out.get("data", {}))
    return "![" in cell["source"] or any(kind.startswith("image/") for kind in kinds)


def two_statements(line: str) -> bool:
    "Control flow or a change of state behind a semicolon."
    return bool(re.search(r"\S; \S", re.sub(r"([\"']).*?\1|#.*", "", line)))


def orphans(cells: list[dict]) -> int:
    "Export cells without a visible call before the next one."
    places = [i for i, cell in enumerate(cells) if is_export(cell)] + [len(cells)]
    return sum(not any(map(is_shown, cells[a + 1:b])) for a, b in zip(places, places[1:]))


def figures(path: Path) -> dict[str, int]:
    "How far a notebook is from each limit; a limit that is kept does not appear."
    cells = cells_of(path)
    code = [line for cell in cells if cell["cell_type"] == "code" for line in cell["source"].splitlines()]
    lengths = [len([line for line in c["source"].splitlines() if not line.startswith("#|")]) for c in cells if is_export(c)]
    headings = [line for c in cells if c["cell_type"] == "markdown" for line in c["source"].splitlines() if line.startswith("## ")]
    first = next((i for i, cell in enumerate(cells) if has_picture(cell)), 99)
    index = path.stem == "index"
    values = {
        "cells over 45": max(0, len(cells) - 45),
        "export cells over 40 lines": sum(n > 40 for n in lengths),
        "median of export cells over 15": max(0, int(median(lengths)) - 15) if lengths else 0,
        "exports without a visible call": orphans(cells),
        "lines over 120 characters": sum(len(line) > 120 for line in code),
        "lines with two statements": sum(map(two_statements, code)),
        "first picture after cell 5": 0 if index else max(0, first - 5),
        "other closing headings": 0 if index or headings[-3:] == CLOSING else 1,
    }
    return {name: value for name, value in values.items() if value}


def module_figures() -> dict[str, dict[str, int]]:
    "Modules that are longer than 350 lines."
    paths = [p for p in (ROOT / "zero_guidance").rglob("*.py") if p.name not in ("_modidx.py", *LONG_MODULES)]
    lines = {str(p.relative_to(ROOT)): len(p.read_text(encoding="utf-8").splitlines()) for p in paths}
    return {name: {"lines over 350": n - 350} for name, n in sorted(lines.items()) if n > 350}


def beyond(now: dict, allowed: dict) -> list[str]:
    "Limits that are missed by more than the exceptions say, and exceptions that are no longer needed."
    faults = []
    for place in sorted(now | allowed):
        here, listed = now.get(place, {}), allowed.get(place, {})
        for what in sorted(here | listed):
            found, given = here.get(what, 0), listed.get(what, 0)
            if found > given:
                faults.append(f"{place}: {what}: {found}, allowed {given}")
            if found < given:
                faults.append(f"{place}: {what}: {found}, the exception still says {given}; run `python .ci/notebooks.py --write`")
    return faults


def unclean(path: Path) -> list[str]:
    "A notebook that `nbdev_clean` would change."
    nb = read_nb(path)
    cleaned = deepcopy(nb)
    clean_nb(cleaned)
    return [f"{path.name}: not clean, run `make clean-notebooks`"] if cleaned != nb else []


def output_faults(path: Path) -> list[str]:
    "Paths of one machine, warnings and oversized pictures in saved outputs."
    faults = []
    for i, cell in enumerate(cells_of(path)):
        outputs = cell.get("outputs", [])
        text = json.dumps(outputs)
        if found := MACHINE_PATH.search(text):
            faults.append(f"{path.name}, cell {i}: a machine's path in its output ({found[0]}...)")
        if any(out.get("name") == "stderr" for out in outputs):
            faults.append(f"{path.name}, cell {i}: a warning or a progress bar in its output")
        pictures = [len(data) * 3 / 4 for out in outputs for kind, data in out.get("data", {}).items() if kind == "image/png"]
        if any(size > 155_000 for size in pictures):
            faults.append(f"{path.name}, cell {i}: a picture of {max(pictures) / 1e3:.0f} kB; 150 kB are enough")
    return faults


def shared_homes() -> list[str]:
    "Two notebooks that write one module."
    homes: dict[str, list[str]] = {}
    for path in NOTEBOOKS:
        for module in re.findall(r"#\|\s*default_exp\s+([\w.]+)", path.read_text(encoding="utf-8")):
            homes.setdefault(module, []).append(path.name)
    return [f"{' and '.join(names)} both export {module}" for module, names in homes.items() if len(names) > 1]


def dead_links() -> list[str]:
    "Links from one notebook to another that is not there."
    names = {path.name for path in NOTEBOOKS}
    links = ((path.name, link) for path in NOTEBOOKS for cell in cells_of(path) if cell["cell_type"] == "markdown"
             for link in re.findall(r"\]\((?:\.\./nbs/)?(\w+\.ipynb)", cell["source"]))
    return [f"{name}: links to {link}, which does not exist" for name, link in links if link not in names]


def main():
    "Print the faults; exit 1 where there are some."
    now = {path.stem: found for path in NOTEBOOKS if (found := figures(path))} | module_figures()
    allowed = json.loads(EXCEPTIONS.read_text()) if EXCEPTIONS.exists() else {}
    if "--write" in sys.argv:
        grown = [fault for fault in beyond(now, allowed) if "allowed" in fault]
        if allowed and grown:
            sys.exit("\n".join(grown))
        EXCEPTIONS.write_text(json.dumps(now, indent=1, sort_keys=True) + "\n")
        return
    faults = [f for path in NOTEBOOKS for f in (*unclean(path), *output_faults(path))] + shared_homes() + dead_links() + beyond(now, allowed)
    print("\n".join(faults) or f"{len(NOTEBOOKS)} notebooks: clean, no machine paths, within the limits")
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
