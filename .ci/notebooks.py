"What a reader of the notebooks relies on: they are clean, their modules are fresh, no machine shows in their outputs."
import json
import re
import shutil
import subprocess
import sys
import tempfile
from copy import deepcopy
from pathlib import Path

from execnb.nbio import read_nb
from nbdev.clean import clean_nb

root = Path(__file__).parents[1]
notebooks = sorted((root / "nbs").glob("*.ipynb"))
machine_path = re.compile(r"(?<![\w.])/(work|root|tmp|home|Users|opt)/\w|[A-Z]:\\\\Users")


def unclean(path: Path) -> str | None:
    "A notebook that `nbdev_clean` would change."
    nb = read_nb(path)
    cleaned = deepcopy(nb)
    clean_nb(cleaned)
    return f"{path.name}: not clean, run `make clean-notebooks`" if cleaned != nb else None


def named_paths(path: Path) -> list[str]:
    "Paths of one machine in saved outputs."
    cells = json.loads(path.read_text())["cells"]
    found = (machine_path.search(json.dumps(c.get("outputs", []))) for c in cells)
    return [f"{path.name}, cell {i}: a machine's path in its output ({m[0]}...)" for i, m in enumerate(found) if m]


def stale_modules() -> list[str]:
    "Modules that a fresh export of the notebooks would write differently."
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch)
        for part in ("nbs", "zero_guidance"):
            shutil.copytree(root / part, copy / part, ignore=shutil.ignore_patterns("assets", "__pycache__"))
        shutil.copy(root / "settings.ini", copy)
        subprocess.run([Path(sys.executable).with_name("nbdev_export")], cwd=copy, check=True)
        fresh = {p.name: p.read_text() for p in (copy / "zero_guidance").glob("*.py")}
    kept = {p.name: p.read_text() for p in (root / "zero_guidance").glob("*.py")}
    return [f"{n}: differs from a fresh export, run `make export`" for n in sorted(fresh | kept) if fresh.get(n) != kept.get(n)]


def shared_homes() -> list[str]:
    "Two notebooks that write one module."
    homes = {}
    for path in notebooks:
        for module in re.findall(r"#\|\s*default_exp\s+(\w+)", path.read_text()):
            homes.setdefault(module, []).append(path.name)
    return [f"{' and '.join(names)} both export {module}" for module, names in homes.items() if len(names) > 1]


faults = [f for p in notebooks if (f := unclean(p))] + [f for p in notebooks for f in named_paths(p)] + shared_homes() + stale_modules()
print("\n".join(faults) or f"{len(notebooks)} notebooks: clean, modules fresh, no machine paths")
sys.exit(bool(faults))
