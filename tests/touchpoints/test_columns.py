from __future__ import annotations

import pytest

from bot.mistake import Mistake
from bot.touchpoints.columns import find_columns


def found(header: list[str], *told: tuple[str, str], kind: str = "delivery") -> dict[str, str]:
    columns = find_columns(header, told, kind=kind)
    return {part: header[place] for part, place in {**columns.fields, **columns.attributes}.items()}


def test_columns_are_found_by_what_they_are_often_called() -> None:
    header = ["Order ID", "Customer-ID", "Delivered at", "Language", "Total", "Colour"]
    assert found(header) == {
        "order": "Order ID",
        "customer": "Customer-ID",
        "occurred_at": "Delivered at",
        "delivered_at": "Delivered at",
        "lang": "Language",
        "amount": "Total",
    }
    assert find_columns(header, (), kind="delivery").ignored == ["Colour"]


def test_what_is_told_goes_before_what_is_guessed_and_a_column_may_be_several_parts() -> None:
    header = ["order_id", "who", "customer_id", "when", "date", "Colour"]
    told = [("order_id", "external_id"), ("order_id", "order"), ("who", "customer"), ("When", "occurred_at"), ("Colour", "colour")]
    assert found(header, *told) == {
        "external_id": "order_id",
        "order": "order_id",
        "customer": "who",
        "occurred_at": "when",
        "colour": "Colour",
    }


@pytest.mark.parametrize(
    ("kind", "column"),
    [
        ("purchase", "ordered_at"),
        ("late", "promised_delivery"),
        ("support", "closed_at"),
        ("return", "returned_at"),
        ("visit", "visited_at"),
    ],
)
def test_when_it_happened_depends_on_what_happened(kind: str, column: str) -> None:
    assert found(["order", "customer", column], kind=kind)["occurred_at"] == column


def test_a_column_that_says_the_kind_is_used_unless_all_rows_are_of_one() -> None:
    header = ["id", "customer", "date", "type"]
    assert found(header, kind="")["kind"] == "type"
    assert "kind" not in found(header, kind="delivery")


@pytest.mark.parametrize(
    ("header", "told", "kind", "says"),
    [
        (
            ["a", "b"],
            [],
            "delivery",
            ["external_id", "order", "occurred_at", "customer", "Its columns are: a, b", "--column COLUMN=customer"],
        ),
        (["id", "customer", "date"], [], "", ["what happened (kind)", "--kind delivery"]),
        (["order_id", "customer", "date"], [("ordr_id", "order")], "delivery", ["no column 'ordr_id'", "Did you mean 'order_id'?"]),
        (["id", "id", "customer", "date"], [("id", "external_id")], "delivery", ["2 columns 'id'"]),
        (["id", "customer", "date"], [("id", "externl_id")], "delivery", ["'externl_id'", "Did you mean 'external_id'?"]),
        (["id", "customer", "date"], [("id", "customer.lang")], "delivery", ["'customer.lang'", "Did you mean 'lang'?"]),
        (["id", "customer", "date"], [("id", "customer.Tier")], "delivery", ["'customer.Tier'", "customer.tier"]),
        (["id", "customer", "date"], [("id", "Größe")], "delivery", ["'Größe'", "small letters"]),
    ],
)
def test_what_is_missing_is_said_with_the_remedy(header: list[str], told: list[tuple[str, str]], kind: str, says: list[str]) -> None:
    with pytest.raises(Mistake) as mistake:
        find_columns(header, told, kind=kind)
    assert all(words in str(mistake.value) for words in says)
