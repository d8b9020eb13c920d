"""What X and we know each other by."""

from __future__ import annotations

from dataclasses import dataclass, field

from oauthlib.oauth1 import Client

__all__ = ["Credentials"]


@dataclass(frozen=True, slots=True)
class Credentials:
    """The app's key with its secret, and the account's access token with its secret (OAuth 1.0a)."""

    api_key: str = field(repr=False)
    api_secret: str = field(repr=False)
    """Also signs what X pushes to us."""
    access_token: str = field(repr=False)
    access_secret: str = field(repr=False)

    @property
    def own_id(self) -> str:
        """The account's own user id, with which X begins an access token."""
        return self.access_token.partition("-")[0]

    def signed(self, address: str) -> dict[str, str]:
        """The headers of a GET, signed for that address: X takes them for five minutes."""
        client = Client(self.api_key, self.api_secret, self.access_token, self.access_secret)
        headers: dict[str, str] = client.sign(address)[1]
        return headers
