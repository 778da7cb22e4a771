"""Does a fault fail the build? Small sites with one fault each: MkDocs in strict mode and `check_site.py` must say so.

    python docs/test_site.py"""
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml

import check_site

HERE = Path(__file__).parent
PAGE = '<html><body><h1 id="top">A</h1><p id="place">text</p>{}</body></html>'
SOUND = ['<a href="b.html#place">b</a>', '<img src="p.png" alt="a picture">', '<a href="https://example.org">x</a>',
         '<a href="#top">up</a>', '<script src="s.js"></script>', '<img src="data:image/png;base64,AA" alt="x">']
FAULTS = {  # what stands on a page -> what is said of it
    '<a href="c.html">dead</a>': "not there: c.html",
    '<a href="b.html#nowhere">dead</a>': "no such place on the page: b.html#nowhere",
    '<a href="#nowhere">dead</a>': "no such place on the page: #nowhere",
    '<a href="../b.html">out of the site</a>': "not there: ../b.html",
    '<img src="q.png" alt="x">': "not there: q.png",
    '<img src="p.png">': "a picture without a text beside it",
    '<script src="https://example.org/s.js"></script>': "fetched from elsewhere by <script>",
    '<link rel="stylesheet" href="https://example.org/s.css">': "fetched from elsewhere by <link>",
    '<link rel="preconnect" href="https://example.org">': "fetched from elsewhere by <link>",
    '<img src="//example.org/p.png" alt="x">': "fetched from elsewhere by <img>",
    '<p style="background: url(https://example.org/p.png)">x</p>': "fetched from elsewhere by <p>",
    '<a href="folder/">folder</a>': "a link to a folder"}


def said_of(content: str, sheet: str = "") -> list[str]:
    "The faults of a site of two pages, the first of which has this in it."
    with tempfile.TemporaryDirectory() as folder:
        site = Path(folder)
        (site / "folder").mkdir()
        for name in ("p.png", "s.js"):
            (site / name).write_bytes(b"x")
        (site / "a.html").write_text(PAGE.format(content), encoding="utf-8")
        (site / "b.html").write_text(PAGE.format(""), encoding="utf-8")
        (site / "s.css").write_text(sheet, encoding="utf-8")
        return check_site.faults_of(site)[0]


def strict_build(text: str) -> subprocess.CompletedProcess:
    "MkDocs with this site's settings, less its hooks, on one page with this text."
    settings = yaml.load((HERE / "mkdocs.yml").read_text(encoding="utf-8"), yaml.SafeLoader)
    names = "site_name", "strict", "validation", "use_directory_urls", "markdown_extensions"
    kept = {name: settings[name] for name in names}
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "docs").mkdir()
        (Path(folder) / "docs/index.md").write_text(text, encoding="utf-8")
        (Path(folder) / "mkdocs.yml").write_text(yaml.dump(kept | {"theme": "mkdocs", "plugins": []}), encoding="utf-8")
        command = [sys.executable, "-m", "mkdocs", "build", "-f", f"{folder}/mkdocs.yml", "-d", f"{folder}/site"]
        return subprocess.run(command, capture_output=True, text=True)


def main() -> None:
    "Every fault is found, and nothing is found where there is none."
    assert said_of("".join(SOUND)) == [], said_of("".join(SOUND))
    for content, expected in FAULTS.items():
        faults = said_of("".join(SOUND) + content)
        assert len(faults) == 1 and expected in faults[0], (content, faults)
    assert "not there: font.woff2" in said_of("", "@font-face { src: url('font.woff2') }")[0]
    assert "fetched from elsewhere" in said_of("", "@import 'https://example.org/f.css';")[0]
    assert strict_build("# A\n\n[sound](#A)\n".replace("#A", "#a")).returncode == 0
    for dead in ("[dead](b.md)", "[dead](#nowhere)", "![dead](p.png)", "[dead](/b.md)"):
        done = strict_build(f"# A\n\n{dead}\n")
        assert done.returncode and "WARNING" in done.stderr, (dead, done.stderr)
    print(f"{len(FAULTS) + 2} faults of built pages and 4 dead links in Markdown: each is found")


if __name__ == "__main__":
    main()
