"""What goes wrong with a call to X, as one kind of error, whatever the library raised."""

from __future__ import annotations

from collections.abc import Awaitable
from http import HTTPStatus
from typing import Any

import aiohttp
import tweepy

__all__ = ["Trouble", "asked", "reset_of"]

Json = dict[str, Any]
_KNOWN_TO_BE_UNDONE = (HTTPStatus.SERVICE_UNAVAILABLE,)


class Trouble(Exception):
    """A call that was refused, or whose end is not known.

    `status` is the answer's, None where there was no answer; `problem` the last part of its problem's address
    (`usage-capped`), `codes` the numbers of older errors, `said` what X said, `reset` when a limit ends (seconds since 1970).
    `perhaps_done`: X may have done what was asked of it all the same.
    """

    def __init__(
        self,
        said: str,
        *,
        status: int | None = None,
        problem: str = "",
        codes: tuple[int, ...] = (),
        reset: float | None = None,
        perhaps_done: bool = False,
    ) -> None:
        super().__init__(f"{status}: {said}" if status else said)
        self.said, self.status, self.problem, self.codes = said, status, problem, codes
        self.reset, self.perhaps_done = reset, perhaps_done


async def asked(call: Awaitable[Any]) -> Json:
    """What X answers, as JSON.

    Raises:
        Trouble: it refused, or did not answer, or what answered was not X.
    """
    try:
        answer = await call
    except tweepy.HTTPException as error:
        raise await _refused(error) from None
    except aiohttp.ClientConnectorError:
        raise Trouble("no line to X") from None
    except aiohttp.ContentTypeError as error:
        # The library reads every answer as JSON; a gateway in between answers in HTML.
        raise _unreadable(error.status) from None
    except (aiohttp.ClientError, TimeoutError) as error:
        raise Trouble(f"the line to X broke: {type(error).__name__}", perhaps_done=True) from None
    except (ValueError, AttributeError, TypeError):
        raise Trouble("an answer that is not X's", perhaps_done=True) from None
    if not isinstance(answer, dict):
        raise Trouble("an answer that is not X's", perhaps_done=True)
    return answer


def _unreadable(status: int) -> Trouble:
    done = status < HTTPStatus.BAD_REQUEST or status >= HTTPStatus.INTERNAL_SERVER_ERROR
    return Trouble("an answer that is not X's", status=status, perhaps_done=done and status not in _KNOWN_TO_BE_UNDONE)


async def _refused(error: tweepy.HTTPException) -> Trouble:
    status = int(error.response.status)
    body: Json = await error.response.json()  # read already, and known to be an object
    first = next((one for one in error.api_errors if isinstance(one, dict)), {})
    said = str(body.get("detail") or first.get("message") or body.get("title") or first.get("detail") or error.response.reason)
    return Trouble(
        said,
        status=status,
        problem=str(body.get("type") or first.get("type") or "").rpartition("/")[2],
        codes=tuple(code for code in error.api_codes if isinstance(code, int)),
        reset=reset_of(error.response.headers),
        perhaps_done=status >= HTTPStatus.INTERNAL_SERVER_ERROR and status not in _KNOWN_TO_BE_UNDONE,
    )


def reset_of(headers: Any) -> float | None:
    """The end of the limit that was reached: of the day's where that is the one, else of the 15 minutes'."""
    for limit in ("x-user-limit-24hour", "x-app-limit-24hour", "x-rate-limit"):
        end = headers.get(f"{limit}-reset", "")
        if end.isdecimal() and (limit == "x-rate-limit" or headers.get(f"{limit}-remaining") == "0"):
            return float(end)
    return None
