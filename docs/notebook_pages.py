"""A notebook as a page: its text, its code, and the outputs that are saved in it. Nothing is run."""
import base64
import html
import json
import re
import struct
from pathlib import Path
from typing import NamedTuple

IMPORTS = re.compile(r"\s*(import |from |[\w, .()]+,?\)?$|warnings\.filterwarnings)")  # also a list of names
HIDDEN = re.compile(r"#\|\s*(hide|default_exp)\b")


class NotebookPage(NamedTuple):
    "A page in Markdown, with what is put into it when it has become HTML."
    title: str
    text: str
    outputs: dict[str, str]      # a word that stands alone in the text -> HTML
    pictures: dict[str, bytes]   # file beside the page -> what is in it


def notebook_page(path: Path, about: str = "") -> NotebookPage:
    """A notebook's page.

    Args:
        path: the notebook
        about: Markdown that comes below the title and the line under it"""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    parts, outputs, pictures, heading = [], {}, {}, ""
    for cell in cells:
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            # a formula on lines of its own is a block
            spaced = re.sub(r"^( *)(\$\$.+?\$\$) *$", r"\n\1\2\n", source, flags=re.M | re.S)
            parts.append(_spaced_lists(spaced))
            heading = (re.findall(r"^#+ (.+)$", source, re.M) or [heading])[-1]
        elif cell["cell_type"] == "code" and not HIDDEN.match(source):
            parts.append(_code(cell["id"], source))
            for k, output in enumerate(cell.get("outputs", [])):
                word = f"zgoutput{cell['id'].replace('-', '')}n{k}"
                outputs[word] = _output(output, f"{path.stem}/{cell['id']}-{k}", heading, pictures)
                parts.append(word)
    title, first = re.match(r"#\s*(.+?)\n+((?:>.*\n?)*)", parts[0] + "\n").groups()
    rest = parts[0][len(parts[0].split("\n", 1)[0]):].lstrip("\n")[len(first.rstrip("\n")):]
    parts[0] = f"# {title}\n\n{first.rstrip()}\n\n{about}\n\n{rest.strip()}"
    return NotebookPage(title, "\n\n".join(parts) + "\n", outputs, pictures)


def _spaced_lists(source: str) -> str:
    "Markdown whose lists have an empty line before them, as this dialect wants it."
    lines, code = [], False
    for line in source.split("\n"):
        code ^= line.lstrip().startswith("```")
        item, above = r"\s*([-*+]|\d+\.) ", lines[-1] if lines else ""
        if not code and re.match(item, line) and above.strip() and not re.match(rf"{item}|\s\s", above):
            lines.append("")
        lines.append(line)
    return "\n".join(lines)


def _code(name: str, source: str) -> str:
    "A cell of code, without the directives; imports are folded away."
    directives = re.findall(r"^#\|\s*(\w+)", source, re.M)
    code = re.sub(r"^#\|.*\n?", "", source, flags=re.M).strip("\n")
    if not code:
        return ""
    fence = "`" * max(3, 1 + max(map(len, re.findall(r"`+", code)), default=0))
    kinds = [".python", *(f".{kind}" for kind in ("export", "slow") if kind in directives)]
    block = f"{fence} {{ {' '.join(kinds)} #{name} }}\n{code}\n{fence}"
    lines = [line for line in code.splitlines() if line.strip() and not line.startswith("#")]
    if "export" in directives and all(map(IMPORTS.match, lines)) and len(lines) > 3:
        return f'<details class="imports" markdown="1"><summary>Imports</summary>\n\n{block}\n\n</details>'
    return block


def _output(output: dict, name: str, heading: str, pictures: dict[str, bytes]) -> str:
    "One saved output as HTML; a picture becomes a file."
    if output["output_type"] == "stream":
        return _text("".join(output["text"]))
    data = output.get("data", {})
    if "<iframe" in "".join(data.get("text/html", "")):
        return ""  # a window onto a server that ran then
    if "text/html" in data:
        return _table("".join(data["text/html"]), name, heading, pictures)
    kinds = [kind for kind in ("image/png", "image/jpeg") if kind in data]
    if kinds:
        kind = min(kinds, key=lambda kind: len(data[kind]))  # the same picture twice: the smaller file
        content = base64.b64decode("".join(data[kind]))
        file = f"{name}.{kind[6:].replace('jpeg', 'jpg')}"
        pictures[file] = content
        return _picture(file, content, heading)
    return _text("".join(data.get("text/plain", "")))


def _text(text: str) -> str:
    "Printed lines. Search leaves them out."
    clean = re.sub(r"\x1b\[[0-9;]*m", "", text).rstrip("\n")
    shown = f'<pre class="output" tabindex="0" data-search-exclude><samp>{html.escape(clean)}</samp></pre>'
    return shown if clean else ""


def _table(table: str, name: str, heading: str, pictures: dict[str, bytes]) -> str:
    "A table or a card that came as HTML, in the site's look; the pictures inside become files."
    table = re.sub(r"<style scoped>.*?</style>", "", table, flags=re.S)
    table = table.replace(' border="1" class="dataframe"', "").replace('<tr style="text-align: right;">', "<tr>")

    def filed(found: re.Match) -> str:
        file = f"{name}-{len(pictures)}.{found[1].replace('jpeg', 'jpg')}"
        pictures[file] = base64.b64decode(found[2])
        return f'src="{file}"' + (found[3] or f' alt="{_about(heading)}"')
    table = re.sub(r'src="data:image/(png|jpeg);base64,([^"]+)"( alt="[^"]+")?', filed, table)
    return f'<div class="output table" tabindex="0" data-search-exclude>{table}</div>'


def _about(heading: str) -> str:
    "What a picture is to somebody who does not see it, as far as a notebook says so."
    return html.escape(f"Output of the code above: {re.sub('[`*$]', '', heading)}", quote=True)


def _picture(file: str, content: bytes, heading: str) -> str:
    "A picture with its size, so that a page does not jump while it loads."
    size = picture_size(content)
    shape = f' width="{size[0]}" height="{size[1]}"' if size else ""
    return f'<p class="output"><img src="{file}" alt="{_about(heading)}"{shape} loading="lazy"></p>'


def picture_size(content: bytes) -> tuple[int, int] | None:
    "Width and height in px of a PNG or JPEG, from its first bytes."
    if content[:4] == b"\x89PNG":
        return struct.unpack(">II", content[16:24])
    place = 2
    while content[:2] == b"\xff\xd8" and place < len(content) - 9:
        mark, length = content[place + 1], int.from_bytes(content[place + 2:place + 4])
        if 0xC0 <= mark <= 0xCF and mark not in (0xC4, 0xC8, 0xCC):
            return int.from_bytes(content[place + 7:place + 9]), int.from_bytes(content[place + 5:place + 7])
        place += 2 + length
    return None
