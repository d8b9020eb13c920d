import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.surveys.filling import bracket_mistake, filled, needed_names, placeholders

ORDER = "[{name}, y|Y]our order[ of {product}] has arrived from {shop}."


@pytest.mark.parametrize(
    ("facts", "text"),
    [
        ({"shop": "Kafo", "name": "Anna", "product": "beans"}, "Anna, your order of beans has arrived from Kafo."),
        ({"shop": "Kafo", "name": "Anna"}, "Anna, your order has arrived from Kafo."),
        ({"shop": "Kafo", "name": "", "product": None}, "Your order has arrived from Kafo."),
        ({"shop": "Kafo", "product": 7}, "Your order of 7 has arrived from Kafo."),
    ],
)
def test_a_text_reads_well_with_and_without_its_facts(facts: dict[str, object], text: str) -> None:
    assert filled(ORDER, facts) == text


def test_a_part_with_several_facts_needs_them_all() -> None:
    assert filled("Hello[ {title} {name}|, {name}]!", {"name": "Anna"}) == "Hello, Anna!"
    assert filled("Hello[ {title} {name}]!", {"name": "Anna"}) == "Hello!"


def test_a_fact_that_looks_like_a_placeholder_stays_as_it_is() -> None:
    assert filled("[{product}|it] from {shop}", {"product": "{shop} [x|y]", "shop": "Kafo"}) == "{shop} [x|y] from Kafo"


def test_the_facts_of_a_text_are_known_and_those_it_cannot_do_without() -> None:
    assert placeholders(ORDER) == {"name", "product", "shop"}
    assert needed_names(ORDER) == {"shop"}


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        (ORDER, None),
        ("Dear {Name}", "{Name}"),
        ("Dear {name", "{name"),
        ("Dear name}", "}"),
        ("Dear[ {name}", "["),
        ("Dear {name}]", "]"),
        ("[a [b] c]", "["),
        ("[Dear {first name}|you]", "{first name}"),
    ],
)
def test_brackets_and_braces_without_a_partner_are_found(text: str, mistake: str | None) -> None:
    assert bracket_mistake(text) == mistake


@given(st.text(), st.dictionaries(st.sampled_from(["name", "shop"]), st.text()))
def test_no_text_whatever_makes_filling_fail(text: str, facts: dict[str, object]) -> None:
    assert isinstance(filled(text, facts), str)


@given(st.text(alphabet=st.characters(exclude_characters="{}[]|")), st.text(min_size=1))
def test_a_text_without_signs_of_ours_is_said_as_it_stands(text: str, name: str) -> None:
    assert filled(text, {"name": name}) == text.strip()
    assert bracket_mistake(text) is None
