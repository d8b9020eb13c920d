"""What X and we know each other by."""

from __future__ import annotations

from dataclasses import dataclass, field

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
