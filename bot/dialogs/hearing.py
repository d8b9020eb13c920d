"""What one thing heard means for the conversation at its address: which dialog it moves, begins or ends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from bot.dialogs.advance import advance, begin, begin_with_words, repeat
from bot.dialogs.afterwards import TESTIMONIAL, Offers, referral_offer, review_offer, wants_testimonial
from bot.dialogs.comment_card import COMMENT_CARD, asked_for_card, has_had_enough, open_card
from bot.dialogs.dialog import Dialog, DialogState, Signal, SignalKind, Step
from bot.dialogs.loading import Loaded
from bot.dialogs.moving import Move, come_over, coming_along
from bot.dialogs.opening import facts_for
from bot.dialogs.outcome import Outcome
from bot.dialogs.praise import praise_in, thanked
from bot.dialogs.published import Published
from bot.dialogs.reactions import reacted
from bot.dialogs.recording import given_in
from bot.dialogs.refs import Aside, read_ref
from bot.dialogs.taking_back import LEAVE, taken_back
from bot.dialogs.talk import Held, Talk
from bot.dialogs.told import Told, told_at
from bot.dialogs.wishes import Wish, read_wish, words_taking_back, written_wish
from bot.surveys.definition import Survey
from bot.surveys.understanding import Command, understand_command
from bot.surveys.wording import phrase
from channels.contract import Heard, HeardKind, Say
from storage.ids import new_id

__all__ = ["Complains", "Understanding"]

Complains = Callable[[str, str], bool]
"""Whether words in a language (ISO 639-1) are a complaint: decides how somebody is thanked."""


@dataclass(frozen=True, slots=True)
class Understanding:
    """Takes the things heard in a batch one after the other."""

    conn: Connection
    loaded: Loaded
    published: Published
    complains: Complains
    shop: str
    default_lang: str
    offers: Offers
    now: datetime

    def take(self, heard: Heard) -> Outcome:
        talk = self.loaded.talks[heard.account, heard.address]
        outcome = Outcome(talk)
        if heard.kind is HeardKind.LEFT:
            outcome.reachable = talk.reachable = False
        elif not talk.reachable:
            outcome.reachable = talk.reachable = True  # whoever does anything at all there can be answered
        match heard.kind:
            case HeardKind.START:
                self._started(heard, talk, outcome)
            case HeardKind.CHOICE if wish := read_wish(heard.choice):
                self._wished(wish, heard, talk, outcome)
            case HeardKind.CHOICE:
                ref = read_ref(heard.choice)
                if ref and ref.choice is Aside.LEAVE:
                    self._took_back(LEAVE, talk, outcome)
                elif ref and (held := talk.held(ref.dialog)):
                    self._moved(heard, outcome, held)
                elif ref and ref.choice is Aside.HUMAN:  # of a dialog that has gone on elsewhere, or is long deleted
                    outcome.tolds.append(self._told(talk, None, heard, signal=Signal(SignalKind.HUMAN)))
            case HeardKind.TEXT | HeardKind.MEDIA if heard.edited:
                self._rewrote(heard, talk, outcome)
            case HeardKind.TEXT | HeardKind.MEDIA:
                self._spoke(heard, talk, outcome)
            case HeardKind.REACTION | HeardKind.REACTION_BACK:
                reacted(self.conn, heard, outcome, self.now, self.shop)
        return outcome

    def _started(self, heard: Heard, talk: Talk, outcome: Outcome) -> None:
        invitation = self.loaded.invitations.get(heard.token) if heard.token else None
        current = talk.current()
        if move := self.loaded.moves.get(heard.token):
            self._came_over(move, talk, outcome)
        elif invitation is None and (place := asked_for_card(heard, talk.lang)) is not None:
            self._handed_card(place, talk, outcome)
        elif heard.token and invitation is None:
            outcome.says.append(Say(phrase("unknown_link", talk.lang, shop=self.shop)))
        elif invitation is not None:
            self._opened_link(invitation, talk, outcome)
        elif current is not None:
            self._apply(outcome, current, repeat(current.survey, current.dialog, self.now, lead=phrase("resuming", talk.lang)), heard)
        else:
            outcome.says.append(Say(phrase("comment_invite", talk.lang, shop=self.shop)))

    def _handed_card(self, place: str, talk: Talk, outcome: Outcome) -> None:
        """Somebody wants to tell something: to those who look after a case of theirs, where one is open, else on a card."""
        if talk.has_case:
            outcome.says.append(Say(phrase("card_for_case", talk.lang, shop=self.shop)))
        elif not self.published.has(COMMENT_CARD):
            outcome.says.append(Say(phrase("comment_invite", talk.lang, shop=self.shop)))
        elif held := open_card(talk, place):
            self._apply(outcome, held, repeat(held.survey, held.dialog, self.now, lead=phrase("resuming", talk.lang)), heard=None)
        elif has_had_enough(self.conn, talk, self.now):
            outcome.says.append(Say(phrase("enough_cards", talk.lang)))
        else:
            version_id, survey = self.published.newest(COMMENT_CARD)
            held = self._begun(talk, survey, version_id, {"place": place} if place else {})
            self._apply(outcome, held, begin(survey, held.dialog, self.now), heard=None)

    def _opened_link(self, invitation: Any, talk: Talk, outcome: Outcome) -> None:
        if not talk.known:
            # The link names the customer: whoever held it is reachable here from now on.
            talk.customer_id, talk.name, talk.lang, talk.known = invitation.customer_id, invitation.name, invitation.lang or talk.lang, True
        held = self.loaded.invited.get(invitation.id)
        late = self.now > invitation.expires_at
        if invitation.state == "completed" or (held and held.dialog.state is DialogState.COMPLETED):
            outcome.says.append(Say(phrase("finished_earlier", talk.lang)))
        elif held is not None:
            self._opened_again(held, outcome)
            lead = phrase("late_link" if late else "resuming", talk.lang)
            self._apply(outcome, held, repeat(held.survey, held.dialog, self.now, lead=lead), heard=None)
        else:
            survey = self.published.version(self.conn, invitation.survey_version_id)
            held = self._begun(talk, survey, invitation.survey_version_id, invitation.attributes or {})
            held.customer_id, held.invitation_id = invitation.customer_id, invitation.id
            held.touchpoint_id, held.wave_id = invitation.touchpoint_id, invitation.wave_id
            self.loaded.invited[invitation.id] = held
            lead = phrase("late_link", talk.lang) if late else ""
            self._apply(outcome, held, begin(survey, held.dialog, self.now, lead=lead), heard=None)

    def _came_over(self, move: Move, talk: Talk, outcome: Outcome) -> None:
        outcome.came = come_over(move, talk, self.now)
        if outcome.came is None:
            outcome.says.append(Say(phrase("link_spent", talk.lang, shop=self.shop)))
            return
        for held in coming_along(outcome.came):
            self._opened_again(held, outcome)
        for held in talk.dialogs:
            if held.customer_id == outcome.came.joining:
                held.customer_id = talk.customer_id
        lead = phrase("came_over", talk.lang)
        if current := talk.current():
            self._apply(outcome, current, repeat(current.survey, current.dialog, self.now, lead=lead), heard=None)
        else:
            outcome.says.append(Say(lead))

    def _opened_again(self, held: Held, outcome: Outcome) -> None:
        """The dialog, wherever it was held and however it was left, goes on here."""
        talk = outcome.talk
        outcome.invitation(held, state="started", reason="")
        self._end(talk, held.survey, but=held)
        held.address_id, held.dialog, held.changed = talk.address_id, replace(held.dialog, state=DialogState.OPEN), True
        if all(one is not held for one in talk.dialogs):
            talk.dialogs.append(held)

    def _end(self, talk: Talk, survey: Survey, *, but: Held | None = None) -> None:
        """At most one dialog of a survey is open at an address: the one before ends."""
        for held in talk.dialogs:
            if held is not but and held.is_open and held.survey.name == survey.name and held.address_id == talk.address_id:
                held.dialog, held.changed = replace(held.dialog, state=DialogState.EXPIRED), True

    def _begun(self, talk: Talk, survey: Survey, version_id: int, attributes: dict[str, Any]) -> Held:
        self._end(talk, survey)
        facts = facts_for(survey, shop=self.shop, lang=talk.lang, name=talk.name, attributes=attributes)
        dialog = Dialog(new_id(), survey.name, talk.lang or self.default_lang, facts)
        held = Held(dialog, survey, version_id, talk.address_id, talk.customer_id, None, None, None, None, self.now)
        talk.dialogs.append(held)
        return held

    def _spoke(self, heard: Heard, talk: Talk, outcome: Outcome) -> None:
        held = talk.current(heard.at)
        if self._took_back(heard.text, talk, outcome):
            return
        if wish := written_wish(heard.text):
            self._wished(wish, heard, talk, outcome)
            return
        if (place := asked_for_card(heard, talk.lang)) is not None:
            self._handed_card(place, talk, outcome)
            return
        command = understand_command(talk.lang, heard.text) if heard.text else None
        if held is not None and (command is not None or not talk.is_with_staff(held, heard.at)):
            self._moved(heard, outcome, held)
            return
        held = talk.latest() if command is None else None
        if held and (step := advance(held.survey, held.dialog, heard, self.now)).answers:
            self._apply(outcome, held, step, heard)  # they were not done speaking
        elif command is Command.STOP:
            outcome.consents.append(("surveys", False))
            outcome.says.append(Say(phrase("opted_out_again", talk.lang)))
        elif talk.has_case or command is Command.HUMAN or not self.published.has(COMMENT_CARD):
            outcome.tolds.append(self._told(talk, None, heard, words=heard.text, media=heard.media))
        else:
            version_id, survey = self.published.newest(COMMENT_CARD)
            held = self._begun(talk, survey, version_id, {})
            self._hear_complaint(held, heard)
            self._apply(outcome, held, begin_with_words(survey, held.dialog, heard, self.now), heard)

    def _wished(self, wish: Wish, heard: Heard, talk: Talk, outcome: Outcome) -> None:
        """Something that may be asked at any time, tapped or written; what a person must do is passed on."""
        if wish is Wish.STOP:
            self._spoke(replace(heard, kind=HeardKind.TEXT, text="/stop", choice=""), talk, outcome)
        elif taking_back := words_taking_back(wish):
            self._took_back(taking_back, talk, outcome)
        else:
            words = heard.text or ("" if wish is Wish.HUMAN else phrase(f"wish_{wish}_words", talk.lang))
            outcome.tolds.append(self._told(talk, None, heard, signal=Signal(SignalKind.HUMAN, words), words=words))

    def _rewrote(self, heard: Heard, talk: Talk, outcome: Outcome) -> None:
        """An edit corrects what its message said. It is said anew where it has become a STOP or a cry for help, or where
        staff read along; else nobody waits for it."""
        anew = replace(heard, edited=False, at=self.now)
        if understand_command(talk.lang, heard.text) in (Command.STOP, Command.HUMAN):
            self._spoke(anew, talk, outcome)
            return
        for held in reversed(talk.dialogs):
            step = advance(held.survey, held.dialog, heard, self.now)
            if held.address_id == talk.address_id and step.answers:
                self._apply(outcome, held, step, anew)
                return
        if talk.has_case:
            outcome.tolds.append(self._told(talk, None, anew, words=heard.text, media=heard.media))

    def _moved(self, heard: Heard, outcome: Outcome, held: Held) -> None:
        self._hear_complaint(held, heard)
        step = advance(held.survey, held.dialog, heard, self.now)
        if step.dialog.state is DialogState.OPEN and not held.is_open:
            self._opened_again(held, outcome)
        self._apply(outcome, held, step, heard)

    def _hear_complaint(self, held: Held, heard: Heard) -> None:
        if heard.text and not held.dialog.low and self.complains(held.dialog.lang, heard.text):
            held.dialog, held.changed = replace(held.dialog, low=True), True

    def _apply(self, outcome: Outcome, held: Held, step: Step, heard: Heard | None) -> None:
        before, talk = held.dialog.answers, outcome.talk
        praise = praise_in(held.survey, step.dialog)
        step = thanked(step, praise)
        held.changed = held.changed or step.dialog != held.dialog or held.version == 0
        held.dialog = step.dialog
        talk.moved(held)
        outcome.held = held
        outcome.says.extend(step.says)
        for answered in step.answers:
            question = held.survey.question(answered.question)
            said = {"words": answered.words, "media": answered.media, "praise": praise}
            outcome.tolds.append(self._told(talk, held, heard, question=question, answered=answered, **said))
            outcome.givens.append(given_in(talk, held, answered, question, first=question.key not in before))
            if question.purpose and answered.value is not None:
                outcome.consents.append((question.purpose, answered.value == 1))
        for signal in step.signals:
            match signal.kind:
                case SignalKind.HUMAN | SignalKind.REMARK:
                    outcome.tolds.append(self._told(talk, held, heard, signal=signal, words=signal.words, media=signal.media))
                case SignalKind.STARTED:
                    outcome.invitation(held, state="started", started_at=self.now)
                case SignalKind.COMPLETED:
                    outcome.invitation(held, state="completed", reason="", completed_at=self.now)
                    self._offer(outcome, held)
                case SignalKind.STOPPED:
                    self._stop_all(outcome, held)
                    outcome.consents.append(("surveys", False))

    def _offer(self, outcome: Outcome, held: Held) -> None:
        dialog, survey, talk = held.dialog, held.survey, outcome.talk
        outcome.says += review_offer(self.offers, survey, dialog.lang, self.shop)
        outcome.says += referral_offer(self.offers, survey, dialog, held.customer_id)
        if wants_testimonial(self.conn, self.offers, survey, dialog, held.customer_id):
            version_id, asking = self.published.newest(TESTIMONIAL)
            begun = self._begun(talk, asking, version_id, {})
            self._apply(outcome, begun, begin(asking, begun.dialog, self.now), heard=None)

    def _stop_all(self, outcome: Outcome, held: Held) -> None:
        """STOP is said to us and not to one survey: nothing that is open here goes on asking."""
        for one in (held, *outcome.talk.open()):
            one.dialog, one.changed = replace(one.dialog, state=DialogState.STOPPED), True
            outcome.invitation(one, state="declined", reason="stopped by the customer")

    def _took_back(self, text: str, talk: Talk, outcome: Outcome) -> bool:
        """Whether the customer takes back a yes of theirs; what hangs on it ends."""
        ended, consents, said = taken_back(self.conn, talk, text)
        for one in ended:
            outcome.invitation(one, state="declined", reason="left the panel")
        outcome.consents += consents
        outcome.says += [Say(phrase(said, talk.lang))] if consents else []
        return bool(consents)

    def _told(self, talk: Talk, held: Held | None, heard: Heard | None, **said: Any) -> Told:
        return told_at(talk, held, heard, self.now, facts=held.dialog.facts if held else {"shop": self.shop}, **said)
