from sqlalchemy import Connection

from bot.surveys.bank import bank
from bot.surveys.definition import Survey
from bot.surveys.publishing import digest, load_versions, publish
from channels.clock import SimulatedClock
from storage.database import Database

CARD = bank()["comment-card"]


def other_words(survey: Survey) -> Survey:
    return survey.model_copy(update={"title": {**survey.title, "en": "Tell us"}})


async def test_publishing_the_same_survey_twice_makes_one_version(database: Database, clock: SimulatedClock) -> None:
    def twice(conn: Connection) -> tuple[int, int, int]:
        return publish(conn, CARD, clock.now()), publish(conn, CARD, clock.now()), len(load_versions(conn))

    first, second, versions = await database.write(twice)
    assert first == second
    assert versions == 1


async def test_a_changed_word_makes_a_new_version_and_leaves_the_old_one_as_it_was(database: Database, clock: SimulatedClock) -> None:
    old = await database.write(lambda conn: publish(conn, CARD, clock.now()))
    new = await database.write(lambda conn: publish(conn, other_words(CARD), clock.now()))
    versions = await database.write(load_versions)
    assert versions == {old: CARD, new: other_words(CARD)}


async def test_going_back_to_earlier_words_makes_them_the_newest_version(database: Database, clock: SimulatedClock) -> None:
    for survey in (CARD, other_words(CARD), CARD):
        await database.write(lambda conn, survey=survey: publish(conn, survey, clock.now()))
    versions = await database.write(load_versions)
    assert list(versions.values()) == [CARD, other_words(CARD), CARD]
    assert list(versions) == sorted(versions)


async def test_every_survey_of_the_bank_is_the_same_after_being_stored(database: Database, clock: SimulatedClock) -> None:
    ids = await database.write(lambda conn: {publish(conn, survey, clock.now()): survey for survey in bank().values()})
    assert await database.write(load_versions) == ids


def test_the_order_of_languages_does_not_make_another_survey() -> None:
    turned = CARD.model_copy(update={"title": dict(reversed(CARD.title.items()))})
    assert digest(turned) == digest(CARD)
    assert digest(other_words(CARD)) != digest(CARD)
