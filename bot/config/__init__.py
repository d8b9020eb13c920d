"""The configuration: one typed object, read once at the edge from a file and the environment."""

from __future__ import annotations

from bot.config.model import Config
from bot.config.problems import ConfigProblems
from bot.config.reading import load_config, sample_config

__all__ = ["Config", "ConfigProblems", "load_config", "sample_config"]
