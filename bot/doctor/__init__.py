"""Will it work? Every account, the database and the machine, examined without touching anything."""

from bot.doctor.examining import Report, examined
from bot.doctor.subjects import Subject, subjects

__all__ = ["Report", "Subject", "examined", "subjects"]
