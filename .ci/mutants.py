"""Sample small mistakes in the exported cells of a notebook and see whether its fast cells notice; not part of CI.

    python .ci/mutants.py [NB ...] [--per 12] [--seed 7] [--workers 2]

A mistake is one operator, comparison, boolean or number changed inside a function. A cell that takes more than a few seconds
without any mistake is left out, and so is what depends on it; a mistake is noticed when a cell fails or prints something else."""
import argparse
import ast
import random
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

sys.path.insert(0, str(Path(__file__).parent))
from cells import ROOT, difference, is_fast  # noqa: E402

METHOD = ("02_linkage", "04_attention_masking", "05_global_subtraction", "06_zerocap", "07_naming", "08_merging", "08a_given_masks",
          "09_pipeline", "12_evaluation")
SLOW = 20.0  # s, a cell that takes longer is left out
SWAPS = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.In: ast.NotIn,
         ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult,
         ast.And: ast.Or, ast.Or: ast.And, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd, ast.FloorDiv: ast.Mult}


def places(tree: ast.AST) -> list[tuple[ast.AST, int]]:
    "Where a mistake can be made: (node, which of its parts), inside functions, outside messages and annotations."
    found: list[tuple[ast.AST, int]] = []

    def visit(node: ast.AST, inside: bool) -> None:
        if isinstance(node, (ast.JoinedStr, ast.Raise)):
            return
        if inside and isinstance(node, ast.Compare):
            found.extend((node, i) for i, op in enumerate(node.ops) if type(op) in SWAPS)
        if inside and isinstance(node, (ast.BinOp, ast.BoolOp)) and type(node.op) in SWAPS:
            found.append((node, 0))
        if inside and isinstance(node, ast.Constant) and isinstance(node.value, (bool, int, float)):
            found.append((node, 0))
        if isinstance(node, ast.FunctionDef):
            for part in (*node.body, *node.args.defaults):
                visit(part, True)
            return
        if isinstance(node, ast.AnnAssign):
            return visit(node.value, inside) if node.value else None
        for child in ast.iter_child_nodes(node):
            visit(child, inside)

    visit(tree, False)
    return found


def mistake(source: str, which: int) -> tuple[str, str]:
    "The source with its `which`-th place changed, and what was changed there."
    tree = ast.parse(source)
    node, part = places(tree)[which]
    before = ast.unparse(node)
    if isinstance(node, ast.Compare):
        node.ops[part] = SWAPS[type(node.ops[part])]()
    elif isinstance(node, (ast.BinOp, ast.BoolOp)):
        node.op = SWAPS[type(node.op)]()
    elif isinstance(node.value, bool):
        node.value = not node.value
    else:
        node.value = node.value + 1 if isinstance(node.value, int) else node.value * 2 + .1
    return ast.unparse(tree), f"line {node.lineno}: {before[:60]} -> {ast.unparse(node)[:60]}"


def execute(nb, wanted: set[int], stop: bool) -> tuple[dict[int, float], int | None]:
    "Run the wanted cells: seconds of each that ended well, and the first that did not or printed something else."
    client = NotebookClient(nb, timeout=120, kernel_name="python3", extra_arguments=["--IPKernelApp.log_level=ERROR"],
                            resources={"metadata": {"path": str(ROOT / "nbs")}})
    seconds, bad = {}, None
    with client.setup_kernel():
        for i, cell in enumerate(nb.cells):
            if i not in wanted:
                continue
            start, saved, cell.outputs = time.perf_counter(), deepcopy(cell.outputs), []
            try:
                client.execute_cell(cell, i)
                well = not (stop and difference(saved, [o for o in cell.outputs if o.get("name") != "stderr"]))
            except (CellExecutionError, CellTimeoutError, DeadKernelError):
                well = False
            if well:
                seconds[i] = time.perf_counter() - start
            else:
                bad = i if bad is None else bad
                if stop:
                    break
    return seconds, bad


def quick_cells(path: Path) -> set[int]:
    "Fast cells that are quick, and that still run where the slower ones are left out."
    nb = nbformat.read(path, 4)
    seconds, _ = execute(deepcopy(nb), {i for i, cell in enumerate(nb.cells) if is_fast(cell)}, stop=False)
    kept = {i for i, spent in seconds.items() if spent < SLOW}
    return set(execute(deepcopy(nb), kept, stop=False)[0])


def sample(path: Path, per: int, seed: int, workers: int) -> tuple[int, int]:
    "Noticed and made mistakes of a notebook."
    nb, quick = nbformat.read(path, 4), quick_cells(path)
    exports = [i for i in sorted(quick) if nb.cells[i].source.startswith("#| export")]
    sites = [(i, k) for i in exports for k in range(len(places(ast.parse(nb.cells[i].source))))]
    chosen = random.Random(seed).sample(sites, min(per, len(sites)))

    def noticed(site: tuple[int, int]) -> bool:
        changed = deepcopy(nb)
        changed.cells[site[0]].source, what = mistake(nb.cells[site[0]].source, site[1])
        first = execute(changed, quick, stop=True)[1]
        print(f"  {'noticed ' if first is not None else 'SURVIVED'} {path.stem} cell {site[0]} {what}", flush=True)
        return first is not None

    with ThreadPoolExecutor(workers) as pool:
        results = list(pool.map(noticed, chosen))
    print(f"{path.stem}: {sum(results)} of {len(results)} noticed, {len(sites)} places, {len(quick)} quick cells", flush=True)
    return sum(results), len(results)


def main():
    "Sample the notebooks that the command line names, or those of the method."
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("notebooks", nargs="*", default=METHOD)
    parser.add_argument("--per", type=int, default=12)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    counts = [sample(ROOT / "nbs" / f"{Path(name).stem}.ipynb", given.per, given.seed, given.workers) for name in given.notebooks]
    print(f"together: {sum(n for n, _ in counts)} of {sum(n for _, n in counts)} noticed")


if __name__ == "__main__":
    main()
