"""How the app is in a channel at which a poll or a focus group is aimed.

https://docs.slack.dev/reference/methods/conversations.info
"""

from __future__ import annotations

from channels.contract import Finding, PublicPlace
from channels.examining import Json

__all__ = ["place_found"]


def place_found(place: PublicPlace, told: Json, scopes: str | None, account: str) -> Finding:
    """`told` is what Slack says of the channel, `scopes` what the app may do, where Slack tells it."""
    anew = f"paste what “makegood slack manifest {account} --groups” prints into the app's settings, and install the app again"
    if not told.get("ok"):
        code = told.get("error")
        if code == "missing_scope":
            found = f"{place.place}: Slack does not tell this app whether it is in the channel"
            return Finding.warning("place", found, f"/invite the app there, if that was not done; for Slack to tell, {anew}")
        remedy = "look whether the id is right; to a private channel /invite the app"
        return Finding.error("place", f"{place.place}: Slack shows the app no such channel ({code})", remedy)
    channel: Json = told["channel"]
    named = f"{place.place}, #{channel.get('name')}"
    if channel.get("is_archived"):
        return Finding.error("place", f"{named}: the channel is archived", "open it again, or name another in its place")
    if not channel.get("is_member"):
        return Finding.error("place", f"{named}: the app is not in it", "write /invite and the app's name in the channel")
    needed = "groups:history" if channel.get("is_private") else "channels:history"
    if place.hears and scopes is not None and needed not in {scope.strip() for scope in scopes.split(",")}:
        return Finding.error("place", f"{named}: the focus group would be heard by nobody: the app may not {needed}", anew)
    return Finding.ok("place", f"{named}: the app is in it" + (" and hears all that is said" if place.hears else ""))
