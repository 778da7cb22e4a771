"""The command line in Markdown, from the application itself.

`command_pages.py FILE` is run where the package is installed."""
import contextlib
import io
import re
import sys
from pathlib import Path
from unittest import mock

import typer
from typer.cli import get_docs_for_click

from zero_guidance import cli


def application():
    "The whole application: `main` knows which modules add commands to it."
    with mock.patch.object(sys, "argv", ["zero_guidance", "--help"]), contextlib.redirect_stdout(io.StringIO()):
        with contextlib.suppress(SystemExit):
            cli.main()
    return typer.main.get_command(cli.app)


def every_command(group, above: str = "") -> dict[str, str]:
    "Name, such as `study build`, -> the first line of its help."
    found = {}
    for name, command in group.commands.items():
        found[above + name] = (command.help or "").split("\n")[0]
        found |= every_command(command, f"{above}{name} ") if hasattr(command, "commands") else {}
    return found


def commands() -> str:
    "Every command with its arguments and options; lists of commands say all of their help, with a link."
    top = application()
    text = get_docs_for_click(obj=top, ctx=typer.Context(top, info_name="zero_guidance"), name="zero_guidance")
    lines, here, helps = [], "", every_command(top)
    for line in text[text.index("**Usage**"):].splitlines():  # the page has its own title
        if heading := re.fullmatch(r"#(#+) `zero_guidance (.+)`", line):
            here = heading[2] + " "
            line = f"#{heading[1]} `zero_guidance {heading[2]}` {{ #{heading[2].replace(' ', '-')} }}"
        elif (row := re.match(r"\* `([\w-]+)`: ", line)) and here + row[1] in helps:
            name = here + row[1]
            line = f"* [`{row[1]}`](#{name.replace(' ', '-')}): {helps[name]}"
        lines.append(line)
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    page = Path(sys.argv[1])
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(commands(), encoding="utf-8")
