"Write README.md from nbs/index.ipynb, or with --check say whether it is the one the notebook gives."
import sys
from pathlib import Path

import nbformat
from nbconvert import MarkdownExporter

root = Path(__file__).parents[1]


def readme() -> str:
    "The index notebook as Markdown: hidden cells left out, links relative to the root."
    nb = nbformat.read(root / "nbs/index.ipynb", 4)
    nb.cells = [c for c in nb.cells if not c.source.startswith("#| hide")]
    text, _ = MarkdownExporter().from_notebook_node(nb)
    return text.replace("](../", "](").replace('src="../', 'src="').strip() + "\n"


if "--check" in sys.argv:
    if (root / "README.md").read_text() != readme():
        sys.exit("README.md differs from nbs/index.ipynb: run `make export`")
    print("README.md equals nbs/index.ipynb")
else:
    (root / "README.md").write_text(readme())
