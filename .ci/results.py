"""Make stale results again: run their slow cells inside their notebooks, one at a time, and save what they show.

    python .ci/results.py            all notebooks but those of the training appendix, in order, only what is stale
    python .ci/results.py 14 14a     these notebooks only, by the number before their name or by their whole name
    python .ci/results.py --list     what would be run, and how long it took the last time
    python .ci/results.py --all 14   fresh ones too, after a change that records do not see

Killed, it goes on where it was: a cell whose result is recorded is not run again, the one that was running is. A cell that
was given another cell's names, or follows a step that shows nothing, brings those along. A fault ends its own cell only.
"""
import argparse
import ast
import importlib.metadata
import json
import os
import re
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, TextColumn, TimeElapsedColumn
from rich.text import Text

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / ".ci")]  # of a copy, its own modules

from cells import NOT_RUN, in_short, run, save  # noqa: E402
from zero_guidance.config import Config  # noqa: E402
from zero_guidance.results import add_record, making, remember_sources  # noqa: E402
from zero_guidance.stale_results import SlowCell, judge_results, preset_models, present_weights, slow_cells  # noqa: E402

UNFINISHED = ROOT / "data/results/.unfinished.json"  # notebook -> its slow cell that is running, or null between two
TRAINING = re.compile(r"T\d")  # the appendix trains for hours: only where it is named


def names_in(source: str) -> tuple[set[str], set[str]]:
    "Names that a cell gives, and names that it uses."
    given, used = set(), set()
    try:
        tree = ast.parse(source)
    except SyntaxError:  # a cell of magics
        return given, used
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            (used if isinstance(node.ctx, ast.Load) else given).add(node.id)
        elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            given.add(node.name)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            given |= {(alias.asname or alias.name).split(".")[0] for alias in node.names}
    return given, used


def with_needs(wanted: set[str], cells: list[SlowCell], fast: list[tuple[int, str]]) -> set[str]:
    "Ids of the slow cells of one notebook to run: those that are wanted, steps before them, and what they take names from."
    chosen = set(wanted)
    for cell in reversed(cells):
        later = [other for other in cells if other.index > cell.index and other.cell in chosen]
        step = not cell.names and not cell.makes
        given = names_in(cell.source)[0]
        for other in later:
            known = {name for i, source in fast if i < other.index for name in names_in(source)[0]}
            if step or given & (names_in(other.source)[1] - known):
                chosen.add(cell.cell)
    return chosen


def fast_sources(notebook: str) -> list[tuple[int, str]]:
    "Index and text of the fast cells of a notebook."
    cells = json.loads((ROOT / f"nbs/{notebook}.ipynb").read_text(encoding="utf-8"))["cells"]
    texts = [(i, "".join(cell["source"])) for i, cell in enumerate(cells) if cell["cell_type"] == "code"]
    return [(i, text) for i, text in texts if not NOT_RUN.search(text)]


def matches(notebook: str, names: list[str]) -> bool:
    "Is a notebook asked for? Without names: all but the training appendix."
    if not names:
        return not TRAINING.match(notebook)
    return any(Path(name).stem in (notebook, notebook.split("_")[0]) for name in names)


def read_unfinished() -> dict[str, str | None]:
    "What was running when an earlier run was killed."
    return json.loads(UNFINISHED.read_text()) if UNFINISHED.is_file() else {}


def mark(notebook: str, cell: str | None, done: bool = False) -> None:
    "Say which cell runs, or that a notebook is done."
    now = read_unfinished()
    now.pop(notebook, None)
    if not done:
        now[notebook] = cell
    part = UNFINISHED.with_suffix(".part")
    part.write_text(json.dumps(now))
    os.replace(part, UNFINISHED)
    if not now:
        UNFINISHED.unlink()


def plan(names: list[str], everything: bool) -> tuple[dict[str, list[SlowCell]], dict[str, float], list[str]]:
    "Notebook -> slow cells to run; expected seconds by cell id; notebooks with stale results that were not asked for."
    verdicts, by_notebook, left = judge_results(ROOT), {}, set()
    unfinished = read_unfinished()
    seconds: dict[str, float] = {}
    wanted: dict[str, set[str]] = {notebook: {cell} if cell else set() for notebook, cell in unfinished.items()}
    for v in verdicts:
        if v.seconds and v.cell:
            seconds[v.cell] = max(seconds.get(v.cell, 0), v.seconds)
        if v.notebook and v.cell and (v.stale or everything):
            if matches(v.notebook, names):
                wanted.setdefault(v.notebook, set()).add(v.cell)
            else:
                left.add(v.notebook)
    for cell in slow_cells(ROOT):
        by_notebook.setdefault(cell.notebook, []).append(cell)
    work = {}
    for notebook in sorted(name for name in wanted if matches(name, names) and name in by_notebook):
        chosen = with_needs(wanted[notebook], by_notebook[notebook], fast_sources(notebook))
        work[notebook] = [cell for cell in by_notebook[notebook] if cell.cell in chosen]
    return work, seconds, sorted(left)


def record_output(cell: SlowCell, seconds: float) -> None:
    "The record of a cell that writes no file: what it shows is its result. It leans on `lite` where its notebook does."
    before = "\n".join(source for i, source in fast_sources(cell.notebook) if i < cell.index) + cell.source
    record = making() | dict(notebook=cell.notebook, cell=cell.cell, source_sha256=cell.sha256, seconds=round(seconds, 1))
    if re.search(r"(from_preset|load_backbones)\(\s*[\"']lite[\"']", before):
        here = {part: present_weights(model, ROOT) for part, model in preset_models(ROOT)["lite"].items()}
        record |= making(config=Config.lite()) | record | dict(
            preset="lite", weights={part: min(sha256) if sha256 else None for part, sha256 in here.items()})
        remember_sources(record, Config.lite(), (), ROOT)
    add_record(f"{cell.notebook}#{cell.cell}", record, ROOT)


def spoken(seconds: float) -> str:
    "Seconds as people say them."
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.1f} h"


class TimeLeft(ProgressColumn):
    "What the records say is left, less what the running cell has had of it."

    def render(self, task) -> Text:
        return Text(f"{spoken(max(0, task.fields['left'] - (time.monotonic() - task.fields['since'])))} left")


class Remaking:
    "One run: what is done, what is left, and how long that may take."

    def __init__(self, work: dict[str, list[SlowCell]], seconds: dict[str, float], console: Console):
        self.console, self.faults = console, {}  # notebook -> lines
        self.cells = [cell for cells in work.values() for cell in cells]
        usual = median(seconds.values()) if seconds else 60.
        self.expected = {cell.cell: seconds.get(cell.cell, usual) for cell in self.cells}
        self.without = sum(cell.cell not in seconds for cell in self.cells)
        columns = TextColumn("{task.description}"), BarColumn(), TimeLeft(), TimeElapsedColumn()
        self.bar = Progress(*columns, console=console, disable=not console.is_terminal)
        self.task = self.bar.add_task("", total=max(sum(self.expected.values()), 1), left=self.left(), since=time.monotonic())

    def left(self, done: int = 0) -> float:
        "Seconds left, by what records hold; a cell without counts as the median."
        return sum(self.expected[cell.cell] for cell in self.cells[done:])

    def place(self, cell: SlowCell) -> int:
        "The cell's place in the plan; a notebook that is run once more has its cells there, too."
        return next((k for k, other in enumerate(self.cells) if other.cell == cell.cell), len(self.cells))

    def notebook(self, notebook: str, cells: list[SlowCell]) -> bool:
        "Run one notebook's slow cells, between its fast ones. True where one failed."
        path, by_index, started = ROOT / f"nbs/{notebook}.ipynb", {cell.index: cell for cell in cells}, {}
        failed, said = [], []

        def before(i: int) -> None:
            cell = by_index[i]
            mark(notebook, cell.cell)
            started[i] = time.perf_counter()
            done = self.place(cell)
            self.bar.update(self.task, description=f"{notebook}, cell {i}", left=self.left(done), since=time.monotonic())
            left = spoken(self.left(done))
            self.console.print(f"{notebook}, cell {i} ({done + 1} of {len(self.cells)}); {left} left", markup=False)

        def after(i: int, nb, fault: str | None) -> None:
            cell, spent = by_index[i], time.perf_counter() - started[i]
            left = self.left(self.place(cell) + 1)
            self.bar.update(self.task, advance=self.expected.get(cell.cell, 0), left=left, since=time.monotonic())
            if fault:
                said.append(f"{notebook}, cell {i}: {fault}")
                failed.extend([cell.cell] * (not fault.startswith("skipped")))
            elif not cell.names and (cell.makes or nb.cells[i].outputs):
                record_output(cell, spent)
            save(nb, path)  # what was shown so far is kept, whatever happens next
            mark(notebook, None)
            self.console.print(f"  {fault or 'done'}, {spoken(spent)}", markup=False)

        mark(notebook, None)
        faults, _, _ = run(path, True, False, set(by_index), before, after)
        of_fast = [fault for fault in faults if not any(f"cell {i}:" in fault.splitlines()[0] for i in by_index)]
        self.faults[notebook] = said + [in_short(fault) for fault in of_fast]
        mark(notebook, failed[0] if failed else None, done=not failed)  # what failed is tried again
        return bool(failed)


@contextmanager
def alone() -> Iterator[None]:
    "One run at a time in a checkout."
    try:
        import fcntl
    except ImportError:  # Windows: nothing keeps two runs apart
        yield
        return
    UNFINISHED.parent.mkdir(parents=True, exist_ok=True)
    with open(UNFINISHED.with_suffix(".lock"), "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            sys.exit("another `make results` is running in this checkout; wait for it or end it")
        yield


def main() -> None:
    "Make what the command line asks for."
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("notebooks", nargs="*", help="numbers or names; all but the training appendix when none is given")
    parser.add_argument("--list", action="store_true", help="only say what would be run")
    parser.add_argument("--all", action="store_true", help="fresh results of these notebooks too")
    given = parser.parse_args()
    console = Console(highlight=False, soft_wrap=True)
    work, seconds, left = plan(given.notebooks, given.all)
    if left and not given.notebooks:
        console.print(f"left out, since they train: {', '.join(left)}; name them: make results NB=...", markup=False)
    remaking = Remaking(work, seconds, console)
    many = [f"{n} {what}{'s' * (n != 1)}" for n, what in ((len(remaking.cells), "slow cell"), (len(work), "notebook"))]
    console.print(f"{many[0]} of {many[1]}; about {spoken(remaking.left())}"
                  + f" ({remaking.without} without a recorded time)" * bool(remaking.without), markup=False)
    if given.list:
        for cell in remaking.cells:
            took = spoken(seconds[cell.cell]) if cell.cell in seconds else "time unknown"
            console.print(f"  {cell.notebook}, cell {cell.index}: {took} {' '.join(cell.names)}", markup=False)
        return
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # an end by SIGTERM takes the kernel along
    with alone(), remaking.bar:
        failed = [notebook for notebook, cells in work.items() if remaking.notebook(notebook, cells)]
        if failed and failed != list(work)[-1:]:  # some lean on what a later notebook has made by now
            console.print(f"once more: {', '.join(failed)}", markup=False)
            for notebook in failed:
                remaking.notebook(notebook, plan([notebook], False)[0].get(notebook, []))
    still = [v for v in judge_results(ROOT) if v.stale and v.notebook in work and v.cell in {c.cell for c in work[v.notebook]}]
    for line in (*sum(remaking.faults.values(), []), *(f"still stale: {v.name}: {'; '.join(v.stale)}" for v in still)):
        console.print(line, markup=False)
    sys.exit(bool(any(remaking.faults.values()) or still))


if __name__ == "__main__":
    main()
