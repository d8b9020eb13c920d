"""Reading the configuration: the file, over it the environment, and everything wrong with either, said at once."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from bot.config.model import Config
from bot.config.problems import ENVIRONMENT_PREFIX, ConfigProblems, Problem, nearest, problems_in, variable_for
from bot.config.sample import SAMPLE
from bot.toml.places import Path as KeyPath
from bot.toml.places import Places
from bot.toml.syntax import syntax_problem

__all__ = ["load_config", "sample_config"]


class _Settings(Config, BaseSettings):
    """The configuration as pydantic-settings puts it together: the environment wins over the file."""

    model_config = SettingsConfigDict(env_prefix=ENVIRONMENT_PREFIX, env_nested_delimiter="__", enable_decoding=False)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return env_settings, init_settings


def sample_config() -> Config:
    """The sample shop's configuration, untouched by files and the environment."""
    return Config.model_validate(SAMPLE)


def load_config(path: Path | None = None) -> Config:
    """The configuration in the file at `path`, or the sample shop's where no file is named, under the environment's.

    Raises:
        ConfigProblems: with everything that is wrong, each with its place and its remedy.
    """
    text = "" if path is None else _text(path)
    data = SAMPLE if path is None else _parsed(text, path)
    places = Places(text)

    def place(at: KeyPath) -> tuple[int, str]:
        if (variable := variable_for(at)) in _variables():
            return 0, f"environment variable {variable}"
        if path is None:
            return 0, "the environment"
        line = places.line(at)
        return (line, f"{path}, line {line}") if line else (0, str(path))

    problems = list(_strangers_in_the_environment())
    try:
        settings = _Settings(**data)
    except ValidationError as error:
        problems += problems_in(error, place)
    if problems:
        raise ConfigProblems(problems)
    return Config.model_validate(dict(settings))


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ConfigProblems([Problem(0, str(path), "there is no such file; copy config.example.toml and change what you need")]) from None
    except OSError as error:
        raise ConfigProblems([Problem(0, str(path), f"cannot be read: {error.strerror}")]) from error
    except UnicodeDecodeError as error:
        raise ConfigProblems([Problem(0, str(path), "is not UTF-8 text; save it as such")]) from error


def _parsed(text: str, path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line, what = syntax_problem(error, text)
        raise ConfigProblems([Problem(line, f"{path}, line {line}", what)]) from None


def _variables() -> set[str]:
    return {name.upper() for name in os.environ}


def _strangers_in_the_environment() -> Iterator[Problem]:
    """Variables that look like settings of ours and belong to no section."""
    for name in sorted(_variables()):
        section, delimiter, _ = name.removeprefix(ENVIRONMENT_PREFIX).lower().partition("__")
        if name.startswith(ENVIRONMENT_PREFIX) and delimiter and section not in Config.model_fields:
            near = nearest(section, tuple(Config.model_fields))
            remedy = f"did you mean {ENVIRONMENT_PREFIX}{near.upper()}__…?" if near else "remove it"
            yield Problem(0, f"environment variable {name}", f"there is no section [{section}]; {remedy}")
