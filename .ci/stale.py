"""Which results were made with another tower, other constants, another cell or other photos than those that are here.

    python .ci/stale.py             a line for each stale result with its reasons, then what older records do not say
    python .ci/stale.py --check     exit 1 where the README or 20_reproduce shows a stale result without saying so
    python .ci/stale.py --no-data   do not read the photos again
    python .ci/stale.py --json      all results, for other programs
"""
import argparse
import json
import re
import sys
from collections import Counter
from dataclasses import asdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # of a copy, its own modules

from zero_guidance.stale_results import judge_results  # noqa: E402

SAYS_SO = re.compile(r"\b(stale|earlier|older|previous|being made again)\b", re.I)


def shown_unsaid(page: Path, verdicts) -> list[str]:
    "Stale results that a page shows, or draws figures from, in a paragraph or point that does not say that they are old."
    stale = {v.name: v for v in verdicts if v.stale}
    notebooks = {v.notebook for v in verdicts if v.stale and v.name.endswith(".csv")}
    faults = []
    for paragraph in re.split(r"\n\s*\n|\n(?=[-*] )", page.read_text(encoding="utf-8")):
        if SAYS_SO.search(paragraph):
            continue
        shown = [stale[name] for name in re.findall(r"(?:figures|data/results)/([\w.]+\.(?:csv|png|jpg))", paragraph) if name in stale]
        if re.search(r"\d ?%", paragraph):  # figures, and where they come from
            linked = [name for name in re.findall(r"\]\((?:nbs/)?(\w+)\.ipynb", paragraph) if name in notebooks]
            faults += [f"{page.name} has figures of {name}, some of whose results are stale, and does not say so" for name in linked]
        faults += [f"{page.name} shows {v.name}, which is stale ({'; '.join(v.stale)}), and does not say so" for v in shown]
    return faults


def rows_unsaid(verdicts) -> list[str]:
    "Rows of 20_reproduce whose results are stale, and whose saved text does not say so."
    from zero_guidance.reproduce import reproduction_table
    path = ROOT / "nbs/20_reproduce.ipynb"
    outputs = [out for cell in json.loads(path.read_text(encoding="utf-8"))["cells"] for out in cell.get("outputs", [])]
    lines = "".join("".join(out.get("data", {}).get("text/markdown", "")) + "\n" for out in outputs).splitlines()
    rows = reproduction_table(ROOT, verdicts)
    return [f"20_reproduce shows {row.item} of {row.paper}, whose results are stale ({row.made}), and does not say so"
            for row in rows.itertuples() if row.made
            and not any(line.startswith(f"| {row.item} |") and "**stale**" in line for line in lines)]


def listing(verdicts) -> list[str]:
    "The lines for people: stale results by notebook, then how often something is unknown."
    lines, notebook = [], None
    for v in verdicts:
        if not v.stale:
            continue
        if v.notebook != notebook:
            notebook = v.notebook
            lines.append(f"{notebook or 'no notebook'}:")
        lines.append(f"  {v.name}: {'; '.join(v.stale)}")
    unknown = Counter(why for v in verdicts if not v.stale for why in v.unknown)
    if unknown:
        lines += ["", "not stale, but their records do not say:"]
        lines += [f"  {why}: {n} results" for why, n in unknown.most_common()]
    return lines


def main():
    "Print what the command line asks for."
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="only what the README and 20_reproduce show; exit 1 where it is unsaid")
    parser.add_argument("--no-data", action="store_true", help="do not read the photos again")
    parser.add_argument("--json", action="store_true", help="all results as JSON")
    given = parser.parse_args()
    verdicts = judge_results(ROOT, data=not given.no_data)
    if given.json:
        print(json.dumps([asdict(v) | {"state": v.state} for v in verdicts], indent=1))
    elif given.check:
        faults = shown_unsaid(ROOT / "README.md", verdicts) + rows_unsaid(verdicts)
        print("\n".join(faults) or "README.md and 20_reproduce show no stale result without saying so")
        sys.exit(bool(faults))
    else:
        print("\n".join(listing(verdicts)), end="\n" if verdicts else "")
        print(f"{len(verdicts)} results, {sum(bool(v.stale) for v in verdicts)} stale", file=sys.stderr)


if __name__ == "__main__":
    main()
