"""What holds for every text, whatever people or broken clients send."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.surveys.definition import SCALES, Question, QuestionKind, ScaleName
from bot.surveys.understanding import Command, understand, understand_command
from bot.surveys.understanding.lexicon import LANGUAGES, lexicon
from tests.understanding.cases import LANGS, QUESTIONS, cases

TEXTS = [case.text for lang in LANGS for case in cases(lang)]
PIECES = (
    [piece for text in TEXTS for piece in text.split()]
    + list("0123456789.,;:!?/-+*()'\"#%&@\n\t ")
    + ["⭐", "☆", "👍🏽", "4️⃣", "½", "\u200d", "\u0301", "İ", "ß"]
)
messages = st.one_of(
    st.text(max_size=200),
    st.sampled_from(TEXTS),
    st.lists(st.sampled_from(PIECES), max_size=12).map(" ".join),
    st.lists(st.sampled_from(PIECES), max_size=8).map("".join),
)
langs = st.sampled_from([*LANGUAGES, "it", "sv-SE", ""])
questions = st.sampled_from(sorted(QUESTIONS))


def scale(name: ScaleName) -> Question:
    return Question(key="q", kind=QuestionKind.SCALE, scale=name, text={"en": "How was it?"})


def fits(question: Question, value: object) -> bool:
    keys = [option.key for option in question.options]
    match question.kind:
        case QuestionKind.SCALE:
            assert question.scale is not None
            return isinstance(value, int) and SCALES[question.scale].low <= value <= SCALES[question.scale].high
        case QuestionKind.SINGLE:
            return value in keys
        case QuestionKind.MULTIPLE:
            return isinstance(value, tuple) and list(value) == [key for key in keys if key in value]
        case QuestionKind.TEXT:
            return isinstance(value, str) and value == value.strip() != ""
    return False


@settings(max_examples=400, deadline=None)
@given(question=questions, lang=langs, text=messages)
@example(question="csat", lang="en", text="9" * 5000)
@example(question="csat", lang="en", text=f"{'9' * 400},5")
@example(question="several", lang="sv", text="1,2,3,4,5")
@example(question="single", lang="lv", text="½")
@example(question="csat", lang="fr", text="'")
@example(question="nps", lang="de", text="\ud800 4")
def test_whatever_is_written_is_a_fitting_value_or_a_command_or_asked_back(question: str, lang: str, text: str) -> None:
    asked = QUESTIONS[question]
    understood = understand(asked, lang, text)
    assert (understood.value is not None) + (understood.command is not None) + understood.ask_back == 1
    if understood.value is not None:
        assert fits(asked, understood.value)
        assert understood.between == ()
    if understood.between and asked.kind is not QuestionKind.MULTIPLE:
        assert all(fits(asked, value) for value in understood.between)
        assert len(set(understood.between)) == len(understood.between) > 1


@settings(max_examples=200, deadline=None)
@given(question=questions, lang=langs, text=messages)
def test_the_same_text_is_always_read_alike(question: str, lang: str, text: str) -> None:
    assert understand(QUESTIONS[question], lang, text) == understand(QUESTIONS[question], lang, text)


@given(
    lang=langs,
    name=st.sampled_from(sorted(SCALES)),
    around=st.sampled_from(["{}", " {} ", "{}.", "{}!", "\n{}\n", "({})", "“{}”", "{}!!!"]),
    data=st.data(),
)
def test_a_bare_number_of_the_scale_is_understood_in_every_language(lang: str, name: ScaleName, around: str, data: st.DataObject) -> None:
    value = data.draw(st.integers(SCALES[name].low, SCALES[name].high))
    assert understand(scale(name), lang, around.format(value)).value == value


@given(lang=st.sampled_from(LANGUAGES), name=st.sampled_from(["csat5", "nps", "ces7", "star5"]), data=st.data())
def test_every_number_word_is_its_number_with_or_without_diacritics_and_in_capitals(
    lang: str, name: ScaleName, data: st.DataObject
) -> None:
    points = range(SCALES[name].low, SCALES[name].high + 1)
    number_words = [
        (" ".join(words), meaning.value)
        for words, meaning in lexicon(lang).speech
        if meaning.kind == "number" and meaning.value in points and all(len(word) > 2 for word in words)
    ]
    words, value = data.draw(st.sampled_from(number_words))
    for written in (words, words.upper(), f"{words}!"):
        assert understand(scale(name), lang, written).value == value


@settings(max_examples=200, deadline=None)
@given(number=st.integers(min_value=12, max_value=10**9), name=st.sampled_from(["csat5", "nps", "ces7"]), lang=langs)
def test_a_number_that_the_scale_does_not_have_is_asked_back(number: int, name: ScaleName, lang: str) -> None:
    assert understand(scale(name), lang, str(number)).ask_back
    assert understand(scale(name), lang, f"-{number}").ask_back


@settings(max_examples=300, deadline=None)
@given(lang=langs, text=messages)
def test_open_words_are_kept_as_they_are(lang: str, text: str) -> None:
    understood = understand(QUESTIONS["text"], lang, text)
    assert understood.value in (None, text.strip())
    assert understood.command == understand_command(lang, text)


@settings(max_examples=300, deadline=None)
@given(lang=langs, command=st.sampled_from(["stop", "STOP", "/stop", "Stop!", " stop . "]))
def test_stop_is_stop_at_every_question_in_every_language(lang: str, command: str) -> None:
    assert understand_command(lang, command) is Command.STOP
    assert {understand(question, lang, command).command for question in QUESTIONS.values()} == {Command.STOP}
