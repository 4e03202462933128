"""Compiles the languages of the pages (.po to .mo) when this is installed or packed; pyproject.toml has the rest."""

from __future__ import annotations

from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from setuptools import setup
from setuptools.command.build_py import build_py


class Build(build_py):
    """The usual building, with compiled languages."""

    def run(self) -> None:
        """Compile, then build."""
        for words in Path(__file__).parent.glob("web/translations/*/LC_MESSAGES/*.po"):
            with words.open("rb") as source, words.with_suffix(".mo").open("wb") as compiled:
                write_mo(compiled, read_po(source))
        super().run()


setup(cmdclass={"build_py": Build})
