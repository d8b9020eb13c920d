"""X for customers: public mentions in, one public reply that invites to a direct message, and the dialog in direct messages.

X charges for everything that is read and sent, so an account has a budget for each day. It has neither buttons nor a start
for bots: choices are written. A post or message is heard once it is stored.
"""

from channels.customers.x.asking import XChannel
from channels.customers.x.credentials import Credentials
from channels.customers.x.memory import Memory

__all__ = ["Credentials", "Memory", "XChannel"]
