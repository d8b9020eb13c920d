"""What the configuration says about asking and about complaints, in the form that the rooms take it."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial

from bot.campaigns.focus.meeting import Host
from bot.complaints.hours import BusinessHours
from bot.complaints.promises import PROMISE_TIMES, Fix
from bot.complaints.rules import Rules
from bot.config.model import Config
from bot.config.platforms import Bluesky
from bot.dialogs.afterwards import Offers
from bot.dialogs.published import Published
from bot.invitations.daytime import is_holiday
from bot.invitations.planning import Ask, Planner
from bot.invitations.policy import Policy
from bot.invitations.sending import Outreach

__all__ = ["complaint_rules_of", "fallback_of", "host_of", "offers_of", "outreach_of", "planner_of", "policy_of"]


def planner_of(config: Config) -> Planner:
    asks = tuple(Ask(ask.touchpoint, ask.survey, ask.delay, ask.at) for ask in config.ask)
    return Planner(asks, config.shop.timezone)


def offers_of(config: Config) -> Offers:
    said = config.promoters
    return Offers(said.review_url or "", said.referral or "", said.testimonials)


def policy_of(config: Config) -> Policy:
    said = config.policy
    return Policy(
        quiet_hours=said.quiet_hours,
        write_on_holidays=said.write_on_holidays,
        frequency_cap=said.frequency_cap,
        opt_in=said.opt_in,
        min_age=said.min_age,
        stale_after=said.stale_after,
        reminders=said.reminders,
        remind_after=said.remind_after,
        grace=said.grace,
        timezone=config.shop.timezone,
        country=config.shop.country or "",
    )


def fallback_of(config: Config, among: Collection[str]) -> tuple[str, ...]:
    """These accounts, in the order in which they are tried."""
    return tuple(account for account in dict.fromkeys((*config.policy.fallback, *config.channels)) if account in among)


def host_of(config: Config) -> Host:
    accounts = fallback_of(config, config.channels)
    return Host(config.shop.name, {account: config.channels[account].kind for account in accounts}, policy_of(config))


def outreach_of(config: Config, published: Published) -> Outreach:
    """For looking at what would be sent; what sends knows the platforms' paces too."""
    private = {name for name, account in config.channels.items() if not isinstance(account, Bluesky)}  # nobody is asked in public
    return Outreach(policy_of(config), published, config.shop.name, config.shop.languages[0], fallback_of(config, private))


def complaint_rules_of(config: Config) -> Rules:
    said = config.complaints
    targets = (said.targets.unhappy, said.targets.failed, said.targets.harm, said.targets.danger)
    return Rules(
        shop=config.shop.name,
        hours=BusinessHours(
            zone=config.shop.timezone,
            week=dict(enumerate(said.hours.days)),
            is_holiday=partial(is_holiday, country=config.shop.country or ""),
        ),
        alert_from=said.alert_from,
        targets=dict(enumerate(targets, start=1)),
        tells_shop=said.hook.url is not None,
        promise_times={**PROMISE_TIMES, **{Fix(name): period for name, period in said.promises}},
    )
