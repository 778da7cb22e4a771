"""Is everything there that the built pages point to, and nothing that a page would fetch from elsewhere?

    python docs/check_site.py _docs     exit 1 with a line for each fault"""
import re
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

LOADS = {("img", "src"), ("script", "src"), ("iframe", "src"), ("source", "src"), ("video", "src"), ("audio", "src"),
         ("object", "data"), ("embed", "src"), ("link", "href"), ("image", "href"), ("form", "action")}
SHEET = re.compile(r"url\(\s*['\"]?([^'\")]+)|@import\s+['\"]([^'\"]+)")  # what a style sheet fetches


class Reference(NamedTuple):
    "One thing that a page points to."
    tag: str
    target: str
    loads: bool  # a browser fetches it without being asked


class PageReader(HTMLParser):
    "The anchors of a page, what it points to, and pictures that nobody described."

    def __init__(self) -> None:
        super().__init__()
        self.anchors: set[str] = set()
        self.references: list[Reference] = []
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list) -> None:
        values = {name: value or "" for name, value in attrs}
        self.anchors |= {values[name] for name in ("id", "name") if values.get(name)}
        if tag == "img" and not values.get("alt", "").strip():
            self.faults.append(f"a picture without a text beside it: {values.get('src', '')[:60]}")
        for name in ("href", "src", "data", "action"):
            loads = (tag, name) in LOADS and not {"canonical", "next", "prev"} & set(values.get("rel", "").split())
            if name in values and (loads or (tag, name) == ("a", "href")):
                self.references.append(Reference(tag, values[name], loads))
        for target in re.findall(r"url\(\s*['\"]?([^'\")]+)", values.get("style", "")):
            self.references.append(Reference(tag, target, True))

    handle_startendtag = handle_starttag


def read(path: Path) -> PageReader:
    "One page."
    reader = PageReader()
    reader.feed(path.read_text(encoding="utf-8"))
    return reader


def faults_of(site: Path) -> tuple[list[str], dict[str, int]]:
    "What is wrong with a built site, and how much was looked at."
    pages = {path.resolve(): read(path) for path in sorted(site.rglob("*.html"))}
    counts = dict.fromkeys(("pages", "links", "anchors", "files", "outside"), 0) | {"pages": len(pages)}
    faults = [f"{path.relative_to(site.resolve())}: {fault}" for path, page in pages.items() for fault in page.faults]
    sheets = {path.resolve(): SHEET.findall(path.read_text(encoding="utf-8")) for path in site.rglob("*.css")}
    pointing = [(path, ref) for path, reader in pages.items() for ref in reader.references]
    pointing += [(path, Reference("css", a or b, True)) for path, targets in sheets.items() for a, b in targets]
    for path, reference in pointing:
        if fault := _fault(path, reference, pages, site.resolve(), counts):
            faults.append(f"{path.relative_to(site.resolve())}: {fault}")
    if not pages:
        faults.append(f"{site}: no page")
    return faults, counts


def _fault(
    page: Path, reference: Reference, pages: dict[Path, PageReader], site: Path, counts: dict[str, int],
) -> str | None:
    "What is wrong with one reference, or None."
    parts = urlsplit(reference.target)
    if parts.scheme == "data" or reference.target.startswith("#__"):  # the theme's own switches
        return None
    if parts.scheme or parts.netloc:
        counts["outside"] += 1
        return f"fetched from elsewhere by <{reference.tag}>: {reference.target[:80]}" if reference.loads else None
    counts["files" if reference.loads else "links"] += 1
    file = page if not parts.path else (page.parent / unquote(parts.path)).resolve()
    if file.is_dir():
        return f"a link to a folder, which shows nothing without a server: {reference.target}"
    if not file.is_relative_to(site) or not file.is_file():
        return f"not there: {reference.target}"
    if parts.fragment and file in pages and reference.tag == "a":
        counts["anchors"] += 1
        if unquote(parts.fragment) not in pages[file].anchors:
            return f"no such place on the page: {reference.target}"
    return None


def main() -> None:
    "Print the faults; exit 1 where there are some."
    site = Path(sys.argv[1])
    faults, counts = faults_of(site)
    size = sum(path.stat().st_size for path in site.rglob("*") if path.is_file())
    seen = ", ".join(f"{n:,} {name}" for name, n in counts.items())
    print("\n".join(faults) or f"{site}: {size / 1e6:.0f} MB, {seen}; none is dead")
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
