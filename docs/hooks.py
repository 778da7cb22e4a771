"""What MkDocs asks of this site: the pages that come from elsewhere, and the order of all pages.

Every fact stands once: notebooks, modules, the README and NOTICE are read where they are, and left as they are."""
import csv
import re
import sys
from pathlib import Path

from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files

sys.path.insert(0, str(Path(__file__).parent))
import api_pages  # noqa: E402
import formulas  # noqa: E402
import notebook_pages  # noqa: E402

ROOT = Path(__file__).parents[1]
COMMANDS = ROOT / ".docs/commands.md"  # `command_pages.py` writes it
OTHER_TOOLS = "10i_other_tools"
PAGES = {  # a file of the repository -> the page on which it stands
    "README.md": "index.md", "nbs/README.md": "notebooks/index.md", "NOTICE": "licences.md", "LICENSE": "licences.md",
    "CONTRIBUTING.md": "contributing.md", "CHANGELOG.md": "changelog.md", "data/published/README.md": "published.md"}
_outputs: dict[str, dict[str, str]] = {}  # page -> word -> the saved output that stands for it
_formulas: list[str] = []                 # pages with formulas
_reference: list[api_pages.Reference] = []


def groups() -> dict[str, list[str]]:
    "Group -> the stems of its notebooks, as the map of the notebooks has them."
    found: dict[str, list[str]] = {}
    for line in (ROOT / "nbs/README.md").read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            found[line[3:]] = []
        elif row := re.match(r"\| \[(\w+)\]\(\1\.ipynb\)", line):
            list(found.values())[-1].append(row[1])
    return found


def on_config(config):
    "The order of the pages; headings keep their letters in links, as notebooks link to them."
    config.mdx_configs.setdefault("toc", {})["slugify"] = lambda text, _: re.sub(r"\s+", "-", text.strip())
    reference = api_pages.read_package()
    notebooks, modules = [{"All notebooks": "notebooks/index.md"}], [{"The package": "api/index.md"}]
    homes = {name: api_pages.notebook_of(module) for name, module in reference.modules.items()}
    for group, stems in groups().items():
        notebooks.append({group: [f"notebooks/{stem}.md" for stem in stems if stem != OTHER_TOOLS]})
        here = [name for stem in stems for name, home in homes.items() if home == stem]
        modules.append({group: [{name: f"api/{name}.md"} for name in here]})
    config.nav = [{"Home": "index.md"}, {"Notebooks": notebooks}, {"Other tools": f"notebooks/{OTHER_TOOLS}.md"},
                  {"Gallery": "gallery.md"}, {"Command line": "command-line.md"},
                  {"API": [part for part in modules if any(part.values())]},
                  {"About": ["licences.md", "published.md", "contributing.md", "changelog.md"]}]
    _reference.append(reference)
    return config


def on_files(files: Files, config) -> Files:
    "Pages of notebooks, modules and figures join those that lie in the folder."
    def add(uri: str, content: str | bytes) -> None:
        files.append(File.generated(config, uri, content=content))
    modules: dict[str, list[str]] = {}
    reference = _reference[-1]
    for name, module in reference.modules.items():
        modules.setdefault(api_pages.notebook_of(module), []).append(name)
        add(f"api/{name}.md", api_pages.module_page(name, reference))
    add("api/index.md", api_pages.front_page(reference, groups()))
    for stem in (stem for stems in groups().values() for stem in stems):
        links = ", ".join(f"[`zero_guidance.{name}`](../api/{name}.md)" for name in modules.get(stem, []))
        about = f"Notebook `nbs/{stem}.ipynb`" + (f", the source of {links}" if links else "")
        page = notebook_pages.notebook_page(ROOT / f"nbs/{stem}.ipynb", f"{about}\n{{ .source }}")
        uri = f"notebooks/{stem}.md"
        _outputs[uri] = page.outputs
        add(uri, f"---\ntitle: {_quoted(_number(stem) + page.title)}\n---\n{page.text}")
        for file, content in page.pictures.items():
            add(f"notebooks/{file}", content)
    for path in sorted((ROOT / "figures").iterdir()):
        add(f"figures/{path.name}", path.read_bytes())
    add("assets/formulas.woff2", b"")  # written when all formulas are known
    return files


def _number(stem: str) -> str:
    "What a notebook is called in the text: 05, 10a, T2b."
    return f"{stem.split('_')[0]} "


def _quoted(text: str) -> str:
    "Text in YAML, on one line."
    plain = re.sub("[`*]", "", text)
    return "'" + plain.replace("'", "''") + "'"


def on_page_markdown(markdown: str, page, config, files) -> str:
    "Files that a page includes, and links to files of the repository as links to their pages."
    uri = page.file.src_uri
    text = re.sub(r"^<!-- include (\S+?)(?:#(.+?))? -->$", lambda m: included(m[1], m[2], uri), markdown, flags=re.M)
    text = re.sub(r"^<!-- gallery -->$", lambda _: gallery(), text, flags=re.M)
    if uri.startswith("notebooks/"):
        text = relinked(text, "nbs", uri)
    return text


def included(file: str, heading: str | None, uri: str) -> str:
    "A file of the repository, or what stands there under a heading, with links as a page needs them."
    path = COMMANDS if file == "COMMANDS" else ROOT / file
    if not path.exists():
        raise PluginError(f"{path.relative_to(ROOT)}: not there; `make docs` writes it")
    if path.suffix == ".ipynb":
        text = notebook_pages.notebook_page(path).text
    else:
        text = path.read_text(encoding="utf-8")
    if file == "NOTICE":
        return notice(text)
    if file == "LICENSE":
        return _as_it_stands(text)
    if heading:
        text = under(text, heading, file)
    return relinked(text, str(Path(file).parent), uri)


def under(text: str, heading: str, file: str) -> str:
    "The first paragraphs under a heading, up to the next one or to code."
    parts = re.split(r"^#+ (.+)$", text, flags=re.M)
    for title, body in zip(parts[1::2], parts[2::2]):
        if title.strip() == heading:
            return re.split(r"^```", body, flags=re.M)[0].strip() if file.endswith(".ipynb") else body.strip()
    raise PluginError(f"{file}: no heading {heading!r}, which a page includes")


def relinked(text: str, folder: str, uri: str) -> str:
    "Links relative to a folder of the repository, as links between pages; code is left alone."
    depth = "../" * uri.count("/")

    def link(found: re.Match) -> str:
        target, _, anchor = found[1].partition("#")
        if not target or re.match(r"[a-z]+:", target):
            return found[0]
        parts: list[str] = [] if folder == "." else folder.split("/")
        for part in target.split("/"):
            parts = parts[:-1] if part == ".." else [*parts, part]
        file = "/".join(parts)
        if file.startswith("nbs/") and file.endswith(".ipynb"):
            page = "index.md" if file == "nbs/index.ipynb" else f"notebooks/{file[4:-6]}.md"
        else:
            page = PAGES.get(file, file)
        return f"]({depth}{page}{'#' * bool(anchor)}{anchor})"
    pieces = re.split(r"(^(`{3,}).*?^\2`*\s*$)", text, flags=re.M | re.S)  # text, a block of code, its fence, text, ...
    return "".join(re.sub(r"\]\(([^)\s]+)\)", link, piece) if i % 3 == 0 else piece
                   for i, piece in enumerate(pieces) if i % 3 < 2)


def notice(text: str) -> str:
    "NOTICE as it stands, letter for letter, cut at its numbered headings."
    parts = re.split(r"^(\d+\.(?:\d+)? .+(?:\n(?=[a-z_/]+\.).+)*)$", text, flags=re.M)
    shown = [_as_it_stands(parts[0])]
    for heading, body in zip(parts[1::2], parts[2::2]):
        number, _, title = " ".join(heading.split()).partition(" ")
        level = "##" if number.endswith(".") else "###"
        shown += [f"{level} {number} {api_pages.prose(title)}", _as_it_stands(body)]
    return "\n\n".join(filter(None, shown))


def _as_it_stands(text: str) -> str:
    "Plain text with its lines, as HTML."
    import html
    return f'<pre class="notice" tabindex="0">{html.escape(text.strip(chr(10)))}</pre>' if text.strip() else ""


def gallery() -> str:
    "Every figure with its caption; a figure without a line in gallery.tsv, or a line without a figure, ends the build."
    with open(Path(__file__).with_name("gallery.tsv"), encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    listed, there = {row["file"] for row in rows}, {path.name for path in (ROOT / "figures").iterdir()}
    if listed != there:
        raise PluginError(f"docs/gallery.tsv and figures/ differ in {', '.join(sorted(listed ^ there))}")
    return "\n\n".join(_figure(row) for row in rows)


def _figure(row: dict[str, str]) -> str:
    "One figure with its caption and the notebook that tells how it was made."
    file, notebook = row["file"], row["notebook"]
    size = notebook_pages.picture_size((ROOT / "figures" / file).read_bytes())
    shape = f'width="{size[0]}" height="{size[1]}"' if size else ""
    image = f"[![{row['alt']}](figures/{file}){{ {shape} loading=lazy }}](figures/{file})"
    caption = f'{row["caption"]} [{notebook}](notebooks/{notebook}.md)'
    return f'<figure markdown="1">\n{image}\n<figcaption markdown="1">{caption}</figcaption>\n</figure>'


def on_page_content(html: str, page, config, files) -> str:
    "Saved outputs and formulas take their places."
    try:
        html = formulas.with_formulas(html)
    except Exception as error:
        raise PluginError(f"{page.file.src_uri}: {error}") from error
    for word, output in _outputs.get(page.file.src_uri, {}).items():
        html = html.replace(f"<p>{word}</p>", output, 1)
    if page.file.src_uri.startswith("notebooks/"):  # search finds names in prose and in the reference, not in each cell
        html = re.sub(r'(<div (?:id="[^"]*" )?class="(?:\w+ )*highlight")', r"\1 data-search-exclude", html)
    html = re.sub(r'<span class="(?:n|w)">([^<]*)</span>', r"\1", html)  # plain names have no colour of their own
    html = re.sub(r"<th([^>]*)></th>", r"<td\1></td>", html)  # a head without a word is none
    if "<math" in html:
        _formulas.append(html)
    if left := re.search(r"zgoutput\w+", html):
        raise PluginError(f"{page.file.src_uri}: the place of a saved output was lost ({left[0]})")
    return html


def on_post_page(output: str, page, config) -> str:
    "The search field says what it is to those who do not see it."
    field = 'data-md-component="search" role="dialog"'
    return output.replace(field, f'{field} aria-label="Search"')


def on_post_build(config) -> None:
    "The font of the formulas, with the letters that they use; no page for addresses that a server lacks."
    (Path(config.site_dir) / "404.html").unlink(missing_ok=True)
    font = formulas.math_font(formulas.letters(_formulas))
    (Path(config.site_dir) / "assets/formulas.woff2").write_bytes(font)
