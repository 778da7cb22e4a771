"""Run the fast cells of notebooks, two at a time; fail on an error, and where a saved text or table is not what comes out.

    python .ci/cells.py [NB ...]           run and compare; pictures and slow cells are left alone
    python .ci/cells.py --write [NB ...]   run and save the outputs
    python .ci/cells.py --run-only [NB ...]  run; an output may differ (other processors, other thread counts)
    python .ci/cells.py --write --slow 12,15 NB  run those slow cells too, inside the notebook
"""
import argparse
import json
import os
import re
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from html import unescape
from pathlib import Path

import nbformat
from execnb.nbio import dict2nb
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError
from nbdev.clean import clean_nb

ROOT = Path(__file__).parents[1]
NOT_RUN = re.compile(r"^#\|\s*(slow|eval:\s*false)\s*$", re.M)
NUMBER = re.compile(r"[-+]?(?:\d[\d,]*\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
REL, ABS = 2e-2, 2e-2  # other processors round sums differently; a name or a count that changes is a fault


def is_fast(cell) -> bool:
    "A code cell that tests run."
    return cell.cell_type == "code" and bool(cell.source.strip()) and not NOT_RUN.search(cell.source)


def texts_of(outputs) -> list[str]:
    "What of a cell's outputs is text: printed lines, values, tables; neither pictures nor the text beside them."
    found = []
    for out in outputs:
        if out.output_type == "stream":
            found.append(out.text if isinstance(out.text, str) else "".join(out.text))
        elif out.output_type in ("execute_result", "display_data") and not any(k.startswith("image/") for k in out.data):
            kind = "text/html" if "text/html" in out.data else "text/markdown" if "text/markdown" in out.data else "text/plain"
            found.append(re.sub(r'src="data:image[^"]*"|T_[0-9a-f]{5}', "", str(out.data.get(kind, ""))))  # a Styler draws its ids
    joined = "".join(found)
    return [line.strip() for line in unescape(joined).splitlines() if line.strip()]


def same_line(a: str, b: str) -> bool:
    "Two lines are equal, but for numbers that differ in their last digits."
    if a == b:
        return True
    if NUMBER.sub("#", a) != NUMBER.sub("#", b):
        return False
    pairs = zip(NUMBER.findall(a), NUMBER.findall(b))
    return all(x == y or close(x, y) for x, y in pairs)


def close(x: str, y: str) -> bool:
    "Two written numbers that rounding alone may tell apart; whole numbers are counts and must be equal."
    if not any(mark in x + y for mark in ".eE"):
        return False
    a, b = (float(number.replace(",", "")) for number in (x, y))
    return abs(a - b) <= ABS + REL * max(abs(a), abs(b))


def difference(saved, fresh) -> str | None:
    "The first line in which two cells' outputs differ, or None."
    old, new = texts_of(saved), texts_of(fresh)
    for a, b in zip(old, new):
        if not same_line(a, b):
            return f"saved {a[:120]!r}, now {b[:120]!r}"
    if len(old) != len(new):
        longer, which = (old, "saved") if len(old) > len(new) else (new, "now")
        return f"only {which}: {longer[min(len(old), len(new))][:120]!r}"
    return None


def in_short(fault: str) -> str:
    "A fault on one line: the cell, and what was raised or what differs."
    first, *rest = fault.splitlines()
    raised = [line for line in rest if re.match(r"[\w.]*(Error|Exception|Exit|Interrupt)\b", line)]
    return (f"{first.partition(': An error occurred')[0]}: {(raised or rest)[-1]}" if rest else first)[:250]


def run(path: Path, write: bool, compare: bool, slow: set[int], before=None, after=None) -> tuple[list[str], int, float]:
    """Faults, cells run, seconds. Outputs are saved where `write` says so; those of slow cells that are not asked for are kept.

    `before(i)` and `after(i, nb, fault)` hear of each slow cell (see results.py); with them, a fault ends only its own cell."""
    start, nb = time.perf_counter(), nbformat.read(path, 4)
    client = NotebookClient(nb, kernel_name="python3", extra_arguments=["--IPKernelApp.log_level=ERROR"], timeout=None if slow else 1800, resources={"metadata": {"path": str(path.parent)}})
    faults, done = [], 0
    with client.setup_kernel():
        for i, cell in enumerate(nb.cells):
            if not (is_fast(cell) or i in slow):
                continue
            saved, cell.outputs = deepcopy(cell.outputs), []
            if before and i in slow:
                before(i)
            try:
                client.execute_cell(cell, i)
            except (CellExecutionError, DeadKernelError) as error:
                said = re.sub(r"\x1b\[[0-9;]*m", "", str(error)).strip()
                faults.append(f"{path.name}, cell {i}: {said}")
                cell.outputs = saved
                if after and i in slow:
                    after(i, nb, in_short(faults[-1]).partition(": ")[2])
                if after and isinstance(error, CellExecutionError):
                    continue
                break
            done += 1
            cell.outputs = [out for out in cell.outputs if out.get("name") != "stderr"]  # bars and warnings belong to no reader
            skipped = any(line.lower().startswith("skipped") for line in texts_of(cell.outputs))  # data that is not here
            if skipped:
                cell.outputs = saved
            differs = difference(saved, cell.outputs)
            if compare and differs:
                faults.append(f"{path.name}, cell {i}: {differs}")
            if not differs and not any("image/png" in out.get("data", {}) for out in cell.outputs):
                cell.outputs = saved  # the same but for its last digits: nothing to save
            if after and i in slow:
                after(i, nb, "skipped: its data is not here" if skipped else None)
    if write and (after or not faults):
        save(nb, path)
    return faults, done, time.perf_counter() - start


def save(nb, path: Path):
    "Write a notebook as `nbdev_clean` leaves it."
    from execnb.nbio import write_nb
    clean = dict2nb(json.loads(nbformat.writes(nb)))
    clean_nb(clean)
    write_nb(clean, path)


def main():
    "Run what the command line names."
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("notebooks", nargs="*", help="names or paths; all when none is given")
    parser.add_argument("--write", action="store_true", help="save the outputs")
    parser.add_argument("--run-only", action="store_true", help="do not compare outputs")
    parser.add_argument("--slow", default="", help="indices of slow cells to run too, joined by commas")
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    paths = [ROOT / "nbs" / f"{Path(name).stem}.ipynb" for name in given.notebooks] or sorted((ROOT / "nbs").glob("*.ipynb"))
    threads = max(1, (os.cpu_count() or 1) // given.workers)  # kernels with all threads each mostly wait for one another
    os.environ.setdefault("OMP_NUM_THREADS", str(threads))
    slow = {int(i) for i in given.slow.split(",") if i}
    paths.sort(key=lambda path: -path.stat().st_size)  # long ones first
    broken, cells = [], 0
    with ThreadPoolExecutor(given.workers) as pool:
        runs = {path: pool.submit(run, path, given.write, not (given.write or given.run_only), slow) for path in paths}
        for path, future in runs.items():
            faults, done, seconds = future.result()
            broken, cells = broken + [faults] * bool(faults), cells + done
            print(f"{path.name}: {done} cells, {seconds:.0f} s" + "".join(f"\n  {fault}" for fault in faults), flush=True)
    for fault in sum(broken, []):  # all of them once more: logs are cut from the top
        print(f"FAILED {in_short(fault)}")
    print(f"{cells} fast cells of {len(paths)} notebooks\n{len(paths) - len(broken)} passed, {len(broken)} failed")
    sys.exit(bool(broken))


if __name__ == "__main__":
    main()
