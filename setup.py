"The package's metadata, read from settings.ini."
from configparser import ConfigParser
from pathlib import Path

from setuptools import find_packages, setup

here = Path(__file__).parent
config = ConfigParser(delimiters=["="])
config.read(here / "settings.ini", encoding="utf-8")
cfg = config["DEFAULT"]

setup(
    name=cfg["lib_name"],
    version=cfg["version"],
    description=cfg["description"],
    long_description=(here / "README.md").read_text(encoding="utf-8"),
    long_description_content_type="text/markdown",
    author=cfg["author"],
    license="Apache-2.0",
    license_files=["LICENSE", "NOTICE"],
    keywords=cfg["keywords"].split(),
    python_requires=f">={cfg['min_python']},<3.13",  # pydensecrf2 cannot be compiled for 3.13
    packages=find_packages(include=["zero_guidance", "zero_guidance.*"]),
    package_data={"zero_guidance": ["assets/*", "assets/study/*", "py.typed", "*.pyi"]},
    install_requires=cfg["requirements"].split(),
    extras_require={kind: cfg[f"{kind}_requirements"].split() for kind in (
        "paper", "clip", "evaluation", "graph", "notebook", "runs", "search", "export", "ray", "app", "study", "dev")},
    entry_points={"console_scripts": cfg["console_scripts"].split("\n")},
    classifiers=[
        "Development Status :: 3 - Alpha",
        "Intended Audience :: Science/Research",
        "Programming Language :: Python :: 3.11",
        "Programming Language :: Python :: 3.12",
        "Topic :: Scientific/Engineering :: Image Recognition",
    ],
)
