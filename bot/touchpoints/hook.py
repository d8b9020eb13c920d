"""`POST /hooks/touchpoints/<source>`: shops and help desks tell what happened, one or many at a time, signed."""

from __future__ import annotations

import logging
import zlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pydantic import ValidationError
from pydantic_core import from_json
from sqlalchemy import Connection
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from bot.invitations.links import Links
from bot.invitations.planning import Planner
from bot.touchpoints.problems import problems_in
from bot.touchpoints.signature import LEAST_SECRET, Refused, refusal
from bot.touchpoints.taking import Item, Taken, take_touchpoints
from bot.touchpoints.told import TouchpointTold
from channels.clock import Clock
from channels.contract import Vitals
from storage.bulk import insert_new
from storage.database import Database
from storage.dialogs import SeenUpdate

__all__ = ["BODY_LIMIT", "ITEM_LIMIT", "Hook", "touchpoint_routes"]

log = logging.getLogger(__name__)

BODY_LIMIT = 1_048_576
"""Bytes of a request."""
ITEM_LIMIT = 1000
"""Touchpoints of a request."""
_seen = SeenUpdate.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class _Telling:
    """One request that is believed and understood."""

    account: str
    signature: str
    items: tuple[Item, ...]


class Hook:
    """Takes requests. `refused` counts those that were not believed, by why, and `vitals` tell when it was last told something.

    `links` is asked at every answer: what a bot is called is known only once its platform has said so.
    """

    name = account = "touchpoints"

    def __init__(
        self,
        database: Database,
        secrets: Mapping[str, str],
        *,
        planner: Planner,
        links: Callable[[], Links],
        clock: Clock,
        skew: timedelta = timedelta(minutes=5),
    ) -> None:
        for source, secret in secrets.items():
            if len(secret) < LEAST_SECRET:
                raise ValueError(
                    f"the secret of the touchpoint source {source} has fewer than {LEAST_SECRET} characters: openssl rand -hex 32 makes one"
                )
        self.refused: Counter[Refused] = Counter()
        self.vitals = Vitals(self.account, listens=False)
        self._database = database
        self._secrets = dict(secrets)
        self._planner = planner
        self._links = links
        self._clock = clock
        self._skew = skew

    @property
    def forged(self) -> int:
        """Requests that were not believed since the start."""
        return self.refused.total()

    async def hear(self, request: Request) -> Response:
        """Answer one request; 200 means that everything in it is durable."""
        source: str = request.path_params["source"]
        try:
            body = await request.body()
        except ClientDisconnect:
            return Response(status_code=400)
        now = self._clock.now()
        signature, timestamp = request.headers.get("x-makegood-signature", ""), request.headers.get("x-makegood-timestamp", "")
        if why := refusal(self._secrets.get(source), signature, timestamp, body, now=now, skew=self._skew):
            return self._refuse(source, why)
        told, problems = _read(body, now)
        if problems:
            return JSONResponse({"error": "nothing was taken", "problems": problems}, 422)
        telling = _Telling(f"hook:{source}", signature, tuple(Item(source, one) for one in told))
        taken = await self._database.writer.submit(self._take, telling, key=zlib.crc32(source.encode()))
        if taken is None:
            return self._refuse(source, Refused.REPLAYED)
        self.vitals.heard_at = now
        log.info("touchpoints_told", extra={"source": source, "touchpoints": len(taken), "new_ones": sum(one.new for one in taken)})
        return JSONResponse({"touchpoints": [self._answer(one) for one in taken]})

    def _refuse(self, source: str, why: Refused) -> Response:
        self.refused[why] += 1
        known = source if source in self._secrets else "unknown"
        log.warning("touchpoints_refused", extra={"source": known, "why": why.value})
        return JSONResponse({"error": _EXPLAINED[why]}, 401)

    def _take(self, conn: Connection, tellings: Sequence[_Telling]) -> list[list[Taken] | None]:
        """One answer for each request, None for one that was taken before."""
        now = self._clock.now()
        rows = [{"account": one.account, "update_id": one.signature, "seen_at": now} for one in tellings]
        fresh = insert_new(conn, _seen, rows, key=("account", "update_id"))
        believed = []
        for one in tellings:
            believed.append((one.account, one.signature) in fresh)
            fresh.discard((one.account, one.signature))
        items = [item for one, is_fresh in zip(tellings, believed, strict=True) if is_fresh for item in one.items]
        taken = iter(take_touchpoints(conn, items, self._planner, now))
        return [[next(taken) for _ in one.items] if is_fresh else None for one, is_fresh in zip(tellings, believed, strict=True)]

    def _answer(self, taken: Taken) -> dict[str, Any]:
        links = self._links().of(taken.token) if taken.token else {}
        return {"external_id": taken.external_id, "state": "new" if taken.new else "known", "links": links}


_EXPLAINED = {
    Refused.UNSIGNED: "send X-Makegood-Timestamp (Unix time in seconds) and X-Makegood-Signature (v1= and 64 hexadecimal digits)",
    Refused.TIME: "X-Makegood-Timestamp is too far from the time here; sign anew, and check both clocks",
    Refused.SIGNATURE: "the signature does not fit: sign the timestamp, a full stop and the body as sent with this source's secret",
    Refused.REPLAYED: "this request was taken before; sign anew to tell the same again",
}


def touchpoint_routes(hook: Hook) -> list[BaseRoute]:
    return [Route("/hooks/touchpoints/{source}", hook.hear, methods=["POST"], max_body_size=BODY_LIMIT)]


def _read(body: bytes, now: datetime) -> tuple[list[TouchpointTold], list[dict[str, Any]]]:
    """The touchpoints of a body, one or a list, and every problem there is with it."""
    try:
        data = from_json(body, allow_inf_nan=False)
    except ValueError as error:
        return [], [{"problem": f"the body is not JSON in UTF-8: {error}"}]
    entries = data if isinstance(data, list) else [data]
    if not 0 < len(entries) <= ITEM_LIMIT:
        return [], [{"problem": f"tell 1 to {ITEM_LIMIT} touchpoints at a time, not {len(entries)}"}]
    told: list[TouchpointTold] = []
    problems: list[dict[str, Any]] = []
    for number, entry in enumerate(entries):
        try:
            told.append(TouchpointTold.model_validate(entry, context={"now": now}))
        except ValidationError as error:
            problems += [{"touchpoint": number, **problem._asdict()} for problem in problems_in(error)]
    return told, problems
