"""Reply templates: Jinja2 in a sandbox, one file a kind and language (``templates/en/apology.txt.j2``)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import jinja2
from jinja2 import meta
from jinja2.sandbox import ImmutableSandboxedEnvironment

from pipeline.drafting.words import word_set
from pipeline.errors import ConfigError
from pipeline.records import DraftKind
from pipeline.resources import default_folder

VARIABLES = word_set(
    "name full_name informal restated empathy regret impact responsibility asks sources order_number team "
    "team_inside due firm contact signature nothing_asked positive heated brief plain kind opening said bridge"
)
"""What a template may use; any other name is an error when the templates are read."""


class Templates:
    """The templates of one folder, parsed and checked when they are read."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or default_folder("templates")
        self._environment = ImmutableSandboxedEnvironment(
            loader=jinja2.FileSystemLoader(self._folder),
            undefined=jinja2.StrictUndefined,
            autoescape=False,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )
        self._kinds = {entry.name: self._read(entry) for entry in sorted(self._folder.glob("*")) if entry.is_dir()}
        if set(self._kinds.get("en", ())) != set(DraftKind):
            raise ConfigError(f"{self._folder / 'en'}: needs one template for each of {', '.join(DraftKind)}")

    def _read(self, folder: Path) -> tuple[DraftKind, ...]:
        for file in sorted(folder.glob("*.j2")):
            self._check(file)
        return tuple(kind for kind in DraftKind if (folder / f"{kind}.txt.j2").is_file())

    def _check(self, file: Path) -> None:
        try:
            tree = self._environment.parse(file.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(f"{file}: cannot be read: {error}") from None
        except jinja2.TemplateSyntaxError as error:
            raise ConfigError(f"{file}: line {error.lineno}: {error.message}") from None
        unknown = sorted(meta.find_undeclared_variables(tree) - VARIABLES)
        if unknown:
            raise ConfigError(
                f"{file}: unknown variable {unknown[0]!r}",
                remedy=f"known: {', '.join(sorted(VARIABLES))}",
            )

    def speaks(self, language: str) -> bool:
        return bool(self._kinds.get(language))

    def kinds(self, language: str) -> tuple[DraftKind, ...]:
        """The kinds that have a template of their own in ``language``."""
        return self._kinds.get(language, ())

    def render(self, language: str, kind: str, variables: Mapping[str, object]) -> str:
        """The body as plain text: no trailing blanks, at most one empty line in a row, one newline at the end.

        ``kind`` is a `DraftKind`, or "written" for what surrounds the prose of the language model.
        """
        name = f"{language}/{kind}.txt.j2"
        try:
            text = self._environment.get_template(name).render(variables)
        except jinja2.TemplateError as error:
            raise ConfigError(f"{self._folder / name}: {error.message or error}") from None
        text = re.sub(r"[ \t]+$", "", text, flags=re.MULTILINE)
        return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"
