from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.invitations.places import zone_of
from bot.invitations.policy import Known, Not, Policy, Reason, Yes, may_remind, may_write
from tests.invitations.witness import objections

NOON = datetime(2026, 9, 15, 12, tzinfo=UTC)
"""A Tuesday, no holiday in any of the countries used here."""
LATER = NOON + timedelta(days=14)
DAY = timedelta(days=1)
STOCKHOLM = ZoneInfo("Europe/Stockholm")


FOR_GOOD = (Reason.OPTED_OUT, Reason.NO_CONSENT, Reason.UNREACHABLE, Reason.BLOCKED, Reason.NO_LANGUAGE, Reason.QUOTA)


def known(**what: object) -> Known:
    return Known(**{"expires_at": LATER, "timezone": "Europe/Stockholm", **what})  # type: ignore[arg-type]


def test_a_customer_nothing_speaks_against_is_written_to() -> None:
    assert may_write(Policy(), known(), NOON) == Yes()


@pytest.mark.parametrize(
    ("what", "reason"),
    [
        ({"consent": False}, Reason.OPTED_OUT),
        ({"reachable": False}, Reason.UNREACHABLE),
        ({"blocked": True}, Reason.BLOCKED),
        ({"speaks": False}, Reason.NO_LANGUAGE),
        ({"quota_full": True}, Reason.QUOTA),
        ({"purpose": "panel"}, Reason.NO_CONSENT),
        ({"purpose": "panel", "agreed": False, "consent": True}, Reason.NO_CONSENT),
        ({"purpose": "panel", "agreed": True, "consent": False}, Reason.OPTED_OUT),
        ({"expires_at": NOON}, Reason.EXPIRED),
        ({"occurred_at": NOON - 30 * DAY}, Reason.STALE),
    ],
)
def test_some_reasons_are_for_good(what: dict[str, object], reason: Reason) -> None:
    assert may_write(Policy(), known(**what), NOON) == Not(reason, None)


def test_a_shop_that_asks_for_consent_writes_to_those_who_gave_it_only() -> None:
    asking = Policy(opt_in=True)
    assert may_write(asking, known(consent=None), NOON) == Not(Reason.NO_CONSENT)
    assert may_write(asking, known(consent=True), NOON) == Yes()
    assert may_write(Policy(), known(consent=None), NOON) == Yes()


@pytest.mark.parametrize(
    ("what", "reason", "until"),
    [
        ({"occurred_at": NOON - timedelta(minutes=4)}, Reason.TOO_FRESH, NOON + timedelta(minutes=6)),
        ({"last_asked_at": NOON - 3 * DAY}, Reason.FREQUENCY, NOON + 4 * DAY),
        ({"open_case": True}, Reason.OPEN_CASE, NOON + DAY),
        ({"open_dialog": True}, Reason.OPEN_DIALOG, NOON + DAY),
        ({"open_dialog": True, "last_asked_at": NOON - DAY}, Reason.OPEN_DIALOG, NOON + 6 * DAY),
        ({"day_full_until": NOON + DAY}, Reason.PER_DAY, NOON + DAY),
        ({"timezone": "America/New_York"}, Reason.QUIET_HOURS, datetime(2026, 9, 15, 13, tzinfo=UTC)),
        ({"timezone": "Asia/Tokyo"}, Reason.QUIET_HOURS, datetime(2026, 9, 16, 0, tzinfo=UTC)),
    ],
)
def test_other_reasons_pass_and_say_when(what: dict[str, object], reason: Reason, until: datetime) -> None:
    assert may_write(Policy(), known(**what), NOON) == Not(reason, until)


def test_the_end_of_a_wait_that_falls_into_the_night_is_the_next_morning() -> None:
    asked = datetime(2026, 9, 10, 22, tzinfo=UTC)
    assert may_write(Policy(), known(last_asked_at=asked), NOON) == Not(Reason.FREQUENCY, datetime(2026, 9, 18, 7, tzinfo=UTC))


def test_what_would_arrive_too_late_is_not_sent_next_morning() -> None:
    evening = datetime(2026, 9, 15, 20, tzinfo=UTC)
    morning = datetime(2026, 9, 16, 7, tzinfo=UTC)
    assert may_write(Policy(), known(expires_at=morning), evening) == Not(Reason.QUIET_HOURS, None)
    assert may_write(Policy(), known(expires_at=morning + timedelta(minutes=1)), evening) == Not(Reason.QUIET_HOURS, morning)


def test_nobody_is_written_to_over_christmas() -> None:
    christmas_eve_night = datetime(2026, 12, 24, 21, tzinfo=UTC)
    friday = datetime(2026, 12, 25, 11, tzinfo=UTC)
    sunday_morning = datetime(2026, 12, 27, 8, tzinfo=UTC)
    swedish = known(country="SE", expires_at=friday + 9 * DAY)
    assert may_write(Policy(), swedish, friday) == Not(Reason.HOLIDAY, sunday_morning)
    assert may_write(Policy(), swedish, christmas_eve_night) == Not(Reason.QUIET_HOURS, sunday_morning)
    assert may_write(Policy(write_on_holidays=True), swedish, friday) == Yes()
    assert may_write(Policy(country="SE"), known(country="JP", timezone="", expires_at=friday + 9 * DAY), friday) == Yes()


def test_the_shops_place_stands_in_for_a_customers_that_is_not_known() -> None:
    shop = Policy(timezone=ZoneInfo("Europe/Riga"), country="LV")
    independence_day = datetime(2026, 11, 18, 12, tzinfo=UTC)
    unknown = known(timezone="", expires_at=independence_day + 9 * DAY)
    assert may_write(shop, unknown, independence_day) == Not(Reason.HOLIDAY, datetime(2026, 11, 19, 7, tzinfo=UTC))


def test_a_country_with_one_time_only_tells_the_zone() -> None:
    utc = ZoneInfo("UTC")
    assert zone_of("", "LV", utc) == ZoneInfo("Europe/Riga")
    assert zone_of("", "de", utc) == ZoneInfo("Europe/Berlin")
    assert zone_of("", "BR", utc) == utc
    assert zone_of("America/Sao_Paulo", "BR", utc) == ZoneInfo("America/Sao_Paulo")


@pytest.mark.parametrize("name", ["Mars/Olympus", "../../etc/passwd", "/etc/passwd", "Europe", "Europe/Rīga", "\x00"])
def test_a_time_zone_that_does_not_exist_is_as_good_as_none(name: str) -> None:
    assert zone_of(name, "", STOCKHOLM) == STOCKHOLM


def test_quiet_hours_follow_the_clocks_when_they_are_put_forward() -> None:
    night = datetime(2026, 3, 28, 22, tzinfo=UTC)
    before, after = (may_write(Policy(), known(expires_at=LATER), night + n * DAY) for n in (-1, 0))
    assert before == Not(Reason.QUIET_HOURS, datetime(2026, 3, 28, 8, tzinfo=UTC))
    assert after == Not(Reason.QUIET_HOURS, datetime(2026, 3, 29, 7, tzinfo=UTC))


def test_a_morning_that_the_clocks_jump_over_begins_after_the_jump() -> None:
    early = Policy(quiet_hours=(time(23), time(2, 30)))
    night = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
    assert may_write(early, known(), night) == Not(Reason.QUIET_HOURS, datetime(2026, 3, 29, 1, 30, tzinfo=UTC))


def test_the_hour_that_comes_twice_is_quiet_both_times() -> None:
    early = Policy(quiet_hours=(time(23), time(2, 30)))
    second_two_o_clock = datetime(2026, 10, 25, 1, 10, tzinfo=UTC)
    again = may_write(early, known(expires_at=second_two_o_clock + DAY), second_two_o_clock)
    assert again == Not(Reason.QUIET_HOURS, datetime(2026, 10, 25, 1, 30, tzinfo=UTC))


def test_a_reminder_minds_the_night_and_the_case_but_not_its_own_invitation() -> None:
    sent = known(open_dialog=True, last_asked_at=NOON - 3 * DAY, occurred_at=NOON - 40 * DAY)
    assert may_remind(Policy(), sent, NOON) == Yes()
    assert may_remind(Policy(), sent, NOON + timedelta(hours=10)) == Not(Reason.QUIET_HOURS, NOON + timedelta(hours=19))
    assert may_remind(Policy(), known(open_case=True), NOON) == Not(Reason.OPEN_CASE, NOON + DAY)
    assert may_remind(Policy(), known(expires_at=NOON), NOON) == Not(Reason.EXPIRED)
    assert may_remind(Policy(), known(consent=False), NOON) == Not(Reason.OPTED_OUT)


@pytest.mark.parametrize("hours", [(time(14), time(16)), (time(22), time(16)), (time(14), time(3))], ids=str)
def test_quiet_hours_begin_with_their_first_minute_and_end_before_their_last(hours: tuple[time, time]) -> None:
    policy, (start, end) = Policy(quiet_hours=hours), hours
    first, last = (datetime.combine(NOON, at, STOCKHOLM).astimezone(UTC) for at in (start, end))
    moment = timedelta(microseconds=1)
    answers = [isinstance(may_write(policy, known(), at), Yes) for at in (first - moment, first, last - moment, last)]
    assert answers == [True, False, False, True]


ZONES = {"Europe/Stockholm": "SE", "America/Sao_Paulo": "BR", "Australia/Lord_Howe": "AU", "Pacific/Apia": "WS", "Asia/Kathmandu": "NP"}
times = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 45]))
policies = st.builds(
    Policy,
    quiet_hours=st.none() | st.tuples(times, times).filter(lambda hours: hours[0] != hours[1]),
    write_on_holidays=st.booleans(),
    frequency_cap=st.sampled_from([timedelta(0), DAY, 7 * DAY]),
    opt_in=st.booleans(),
    min_age=st.sampled_from([timedelta(0), timedelta(minutes=10)]),
)
moments = st.integers(0, 365 * 96).map(lambda quarters: datetime(2017, 1, 1, tzinfo=UTC) + quarters * timedelta(minutes=15))
"""Through the year 2017, when all of these zones still had summer time (but Kathmandu, which has 45 minutes)."""
spans = st.integers(-12 * 96, 12 * 96).map(lambda quarters: quarters * timedelta(minutes=15))


@st.composite
def situations(draw: st.DrawFn) -> tuple[Policy, Known, datetime, str]:
    now = draw(moments)
    zone = draw(st.sampled_from(sorted(ZONES)))
    what = Known(
        expires_at=now + draw(spans),
        occurred_at=draw(st.none() | spans.map(lambda span: now - abs(span))),
        delay=draw(st.sampled_from([timedelta(0), timedelta(0), 60 * DAY])),
        consent=draw(st.sampled_from([None, None, True, False])),
        reachable=draw(st.sampled_from([True, True, True, False])),
        timezone=zone,
        country=ZONES[zone],
        last_asked_at=draw(st.none() | spans.map(lambda span: now - abs(span))),
        open_dialog=draw(st.sampled_from([False, False, True])),
        open_case=draw(st.sampled_from([False, False, True])),
        purpose=draw(st.sampled_from(["surveys", "surveys", "panel"])),
        agreed=draw(st.sampled_from([None, True, True, False])),
        speaks=draw(st.sampled_from([True, True, True, False])),
        quota_full=draw(st.sampled_from([False, False, False, True])),
        panel_rest_until=draw(st.none() | st.none() | spans.map(lambda span: now + span)),
        day_full_until=draw(st.none() | st.none() | spans.map(lambda span: now + span)),
    )
    return draw(policies), what, now, zone


@settings(max_examples=400, deadline=None)
@given(situations())
def test_the_policy_says_yes_when_and_only_when_the_witness_has_no_objection(situation: tuple[Policy, Known, datetime, str]) -> None:
    policy, what, now, zone = situation
    against = objections(policy, what, now, ZoneInfo(zone), ZONES[zone])
    match may_write(policy, what, now):
        case Yes():
            assert not against
        case Not(reason, _):
            assert reason in against


@settings(max_examples=250, deadline=None)
@given(situations())
def test_until_is_the_first_quarter_of_an_hour_without_objection(situation: tuple[Policy, Known, datetime, str]) -> None:
    policy, what, now, zone = situation
    verdict = may_write(policy, what, now)
    if isinstance(verdict, Yes):
        return
    passing = {"open_case", "open_dialog"} if what.open_case or what.open_dialog else set()
    moment = now + (policy.look_again if passing else timedelta(minutes=15))
    while moment < what.expires_at and objections(policy, what, moment, ZoneInfo(zone), ZONES[zone]) - passing:
        moment += timedelta(minutes=15)
    if verdict.until is None:
        assert moment >= what.expires_at or verdict.reason in FOR_GOOD
    else:
        assert moment - timedelta(minutes=15) < verdict.until <= moment
        assert not objections(policy, what, verdict.until, ZoneInfo(zone), ZONES[zone]) - passing
