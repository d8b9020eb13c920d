"""Fifteen invented orders, with what their customers say of them, and what a replay of them must come to."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path
from typing import NamedTuple

__all__ = ["CASES", "INVENTED", "NO_ANSWER", "SCORES", "Invented", "write_orders"]


class Invented(NamedTuple):
    """`promised` is a day, the others are moments; `score` 0 is no answer."""

    lang: str
    product: str
    ordered: str
    promised: str
    delivered: str
    answered: str
    score: int = 0
    title: str = ""
    comment: str = ""


INVENTED = (
    Invented("sv", "garden_chairs", "2026-03-02 09:10:00", "2026-03-09", "2026-03-06 13:00:00", "2026-03-07 18:20:11", 5),
    Invented("en", "kettle", "2026-03-02 11:40:00", "2026-03-07", "2026-03-05 10:30:00", "2026-03-06 08:01:09", 4, "", "Boils fast, 10/10"),
    Invented("fr", "bookshelf", "2026-03-02 20:15:30", "2026-03-10", "2026-03-06 16:45:00", "2026-03-08 21:09:00", 3),
    Invented(
        "lv",
        "lamp",
        "2026-03-03 07:30:00",
        "2026-03-06",
        "2026-03-06 09:00:00",
        "2026-03-06 12:30:45",
        1,
        "Saplīsis",
        "Lampa atnāca saplēsta, stikls bija salauzts",
    ),
    Invented("pt", "toaster", "2026-03-03 15:00:00", "2026-03-08", "2026-03-06 12:00:00", "2026-03-06 12:30:46", 5, "", "Adorei"),
    Invented("de", "tent", "2026-03-04 10:00:00", "2026-03-08", "2026-03-08 18:00:00", "2026-03-09 19:00:00", 4, "", "Gut"),
    Invented("en", "rug", "2026-03-04 12:00:00", "2026-03-07", "", "2026-03-10 08:15:00", 1, "", "It never arrived. Where is my parcel?"),
    Invented("sv", "blanket", "2026-03-04 18:20:00", "2026-03-11", "2026-03-09 08:00:00", ""),
    Invented(
        "en",
        "mirror",
        "2026-03-05 09:00:00",
        "2026-03-12",
        "2026-03-09 14:00:00",
        "2026-03-10 08:15:01",
        5,
        "Nice",
        "Nice 👍 – will buy again",
    ),
    Invented("sv", "oven_glove", "2026-03-05 13:30:00", "2026-03-08", "2026-03-12 11:00:00", "2026-03-12 20:00:00", 2),
    Invented("fr", "clock", "2026-03-06 08:00:00", "2026-03-10", "2026-03-09 09:30:00", "2026-03-10 10:10:10", 5, "", "Très bien"),
    Invented("lv", "towels", "2026-03-06 16:00:00", "2026-03-14", "2026-03-10 10:00:00", "2026-03-11 06:59:59", 4, "", "..."),
    Invented("pt", "blender", "2026-03-07 22:22:22", "2026-03-11", "2026-03-17 17:00:00", "2026-03-18 09:00:00", 2, "", "Muito atraso"),
    Invented("en", "desk", "2026-03-08 19:45:00", "2026-03-13", "2026-03-11 15:20:00", ""),
    Invented(
        "en",
        "plates",
        "2026-03-09 06:05:00",
        "2026-03-13",
        "2026-03-12 12:12:12",
        "2026-03-13 22:00:00",
        5,
        "",
        'Lovely set,\nbut two plates were broken; "sad"',
    ),
)
SCORES = Counter(order.score for order in INVENTED if order.score)
NO_ANSWER = sum(1 for order in INVENTED if not order.score)
CASES = 5
"""The four low scores, and the broken plates behind a high one."""


def write_orders(file: Path) -> Path:
    """The orders as a file that the replay reads."""
    with file.open("w", encoding="utf-8", newline="") as out:
        rows = csv.writer(out)
        rows.writerow(
            [
                *("order_id", "customer_id", "country", "lang", "ordered_at", "promised_delivery", "delivered_at"),
                *("amount", "currency", "product_category", "survey_answered_at", "review_score", "review_title", "review_comment"),
            ]
        )
        for number, order in enumerate(INVENTED):
            given = (order.ordered, order.promised, order.delivered, "19.90", "EUR", order.product, order.answered, order.score or "")
            rows.writerow([f"order-{number}", f"customer-{number}", "SE", order.lang, *given, order.title, order.comment])
    return file
