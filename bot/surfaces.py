"""What people see beside the conversation, where their platform has room for it: windows over it, and pages of their own."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bot.config import Config
from bot.desk.home import DeskHomes
from bot.desk.operations import Operations
from bot.desk.windows import DeskWindows
from bot.dialogs.home import CustomerHomes
from bot.dialogs.published import Published
from channels.clock import Clock
from channels.contract import Channel, HomeChannel, WindowChannel
from storage.database import Database

__all__ = ["furnish_customers", "furnish_staff"]


def furnish_customers(channels: Sequence[Channel], config: Config, database: Database, published: Published) -> None:
    homes = CustomerHomes(database, published, shop=config.shop.name, default_lang=config.shop.languages[0])
    for channel in channels:
        if isinstance(channel, HomeChannel):
            channel.use_homes(homes)


def furnish_staff(
    channels: Sequence[Channel],
    database: Database,
    operations: Operations,
    clock: Clock,
    wake: Callable[[], None],
    customers: Sequence[Channel],
) -> None:
    """`customers` are the channels on which a staff member may be a customer, too."""
    windows = DeskWindows(database, operations, clock, wake)
    for channel in channels:
        if isinstance(channel, WindowChannel):
            channel.use_windows(windows)
        if isinstance(channel, HomeChannel):
            met_at = [other.account for other in customers if other.name == channel.name]
            channel.use_homes(DeskHomes(database, operations.rules, clock, met_at))
