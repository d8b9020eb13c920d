"""A test tool. Modal windows and home pages: what apps show there, and what stands in their fields
(https://docs.slack.dev/surfaces/modals)."""

from __future__ import annotations

import json
from typing import Any

from tests.simulators.slack.limits import faults_of_view
from tests.simulators.slack.refusal import Refusal, invalid_blocks
from tests.simulators.slack.world import TEAM, App, Json, World

__all__ = ["TRIGGER_SECONDS", "Screens"]

TRIGGER_SECONDS = 3
MOST_WINDOWS = 3
VIEW_BYTES = 250_000


class Screens:
    """What is kept lies in `App.views`, and in `App.windows` who sees which, the topmost last."""

    def __init__(self, world: World) -> None:
        self._world = world

    def open(self, app: App, args: Json) -> Json:
        user = self._triggered(args["trigger_id"])
        view = self._kept(app, args["view"], self._new_name(), "modal")
        app.windows[user] = [view["id"]]
        return {"view": view}

    def push(self, app: App, args: Json) -> Json:
        user = self._triggered(args["trigger_id"])
        if not 0 < len(app.windows[user]) < MOST_WINDOWS:
            raise Refusal("push_limit_reached")
        view = self._kept(app, args["view"], self._new_name(), "modal")
        app.windows[user].append(view["id"])
        return {"view": view}

    def update(self, app: App, args: Json) -> Json:
        before = app.views.get(args.get("view_id", ""))
        if before is None or not any(before["id"] in windows for windows in app.windows.values()):
            raise Refusal("not_found")
        if args.get("hash", before["hash"]) != before["hash"]:
            raise Refusal("hash_conflict")
        return {"view": self._kept(app, args["view"], before["id"], "modal")}

    def publish(self, app: App, args: Json) -> Json:
        if args["user_id"] not in self._world.users:
            raise Refusal("user_not_found")
        return {"view": self._kept(app, args["view"], f"VHOME{args['user_id']}", "home")}

    def sent(self, app: App, user: str, told: Json) -> None:
        """What becomes of a window whose submission was answered so."""
        match told.get("response_action"):
            case None:
                app.windows[user].pop()
            case "clear":
                app.windows[user].clear()
            case "update":
                self._kept(app, told["view"], app.windows[user][-1], "modal")
            case other:
                raise AssertionError(f"{other} is not played")

    def _kept(self, app: App, view: Json, name: str, kind: str) -> Json:
        faults = faults_of_view(view)
        if view.get("type") != kind:
            faults.append(f"a view of type {kind} is wanted here")
        if len(json.dumps(view)) > VIEW_BYTES:
            faults.append("view_too_large")
        if faults:
            self._world.events["breaches"] += 1
            raise invalid_blocks(faults)
        before = app.views.get(name, {})
        typed = (before.get("state") or {}).get("values") or {}
        number = next(self._world.numbers)
        kept = {"private_metadata": "", "callback_id": "", **view, "id": name, "hash": f"{number}.{number:08x}"}
        app.views[name] = {**kept, "team_id": TEAM, "app_id": app.id, "bot_id": app.bot_id, "state": {"values": _state(view, typed)}}
        self._world.screens_bell.ring()
        return app.views[name]

    def _triggered(self, trigger: Any) -> str:
        parts = str(trigger).split(".")
        if len(parts) != 3:
            raise Refusal("invalid_trigger_id")
        if self._world.now().timestamp() - int(parts[1]) > TRIGGER_SECONDS:
            raise Refusal("expired_trigger_id")
        if trigger not in self._world.triggers:
            raise Refusal("exchanged_trigger_id")
        return self._world.triggers.pop(trigger)

    def _new_name(self) -> str:
        return f"V{next(self._world.numbers)}"


def _state(view: Json, typed: Json) -> Json:
    """What stands in each field: what was typed into the same block before, else what the app put there."""
    values: Json = {}
    for block in view["blocks"]:
        if block["type"] != "input":
            continue
        name, element = block["block_id"], block["element"]
        if name in typed:
            values[name] = typed[name]
        elif element["type"] == "static_select":
            values[name] = {element["action_id"]: {"type": "static_select", "selected_option": element.get("initial_option")}}
        else:
            values[name] = {element["action_id"]: {"type": "plain_text_input", "value": element.get("initial_value")}}
    return values
