"Give it a photo; it cuts the picture into regions and names every one in plain words."

__version__ = "0.1.0"


def __getattr__(name: str):
    "Public names load on first use (PEP 562), so that importing the package costs no torch; nbdev's index knows their homes."
    from importlib import import_module

    from ._modidx import d

    homes = sorted(d["syms"], key=lambda module: module.endswith(".cli"))  # last: its commands are named like what they call
    for module in homes:
        if not name.startswith("_") and f"{module}.{name}" in d["syms"][module]:
            return getattr(import_module(module), name)
    raise AttributeError(f"module 'zero_guidance' has no attribute {name!r}")


def __dir__():
    "Public names of all modules, for tab completion."
    from ._modidx import d

    names = {s.removeprefix(f"{m}.") for m, symbols in d["syms"].items() for s in symbols}
    return sorted(globals().keys() | {n for n in names if not n.startswith("_") and "." not in n})
