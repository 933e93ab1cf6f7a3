"""A dialogue core whose answers a test writes down. It stands at the seam `conversations.protocols.Dialogue`."""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import UUID

from conversations.protocols import DialogueFailed, DialogueReply, DialogueTurn, Understood, Utterance

Answer = DialogueReply | DialogueFailed | Callable[[DialogueTurn], Awaitable[DialogueReply]]


def words(*texts: str) -> DialogueReply:
    """A reply of plain texts."""
    return DialogueReply(
        tuple(Utterance("answer-article", {"text": text}) for text in texts), "inform", 0.9, "scripted"
    )


class ScriptedDialogue:
    """Answers every message with an echo unless told otherwise, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[DialogueTurn] = []
        self.recalled: list[DialogueTurn] = []
        self.answers: dict[str, Answer] = {}
        self.always: Answer | None = None
        self.parses: dict[str, Understood | DialogueFailed] = {}
        self.memory: dict[UUID, DialogueReply | DialogueFailed] = {}
        self.delay = 0.0
        self.at_work: dict[UUID, int] = {}
        self.overlaps = 0

    @property
    def texts(self) -> list[str]:
        """What it was asked, in order."""
        return [turn.text for turn in self.asked]

    async def respond(self, turn: DialogueTurn) -> DialogueReply:
        """As scripted; counts questions of one case that overlap."""
        self.asked.append(turn)
        self.at_work[turn.case_id] = self.at_work.get(turn.case_id, 0) + 1
        self.overlaps += self.at_work[turn.case_id] > 1
        try:
            await asyncio.sleep(self.delay)
            answer = self.answers.get(turn.text, self.always)
            if isinstance(answer, DialogueFailed):
                raise answer
            if callable(answer):
                answer = await answer(turn)
            reply = answer or words(f"echo {turn.text}")
            self.memory[turn.message_id] = reply
            return reply
        finally:
            self.at_work[turn.case_id] -= 1

    async def recall(self, turn: DialogueTurn) -> DialogueReply | None:
        """What it answered to that message before, or the failure a test put there."""
        self.recalled.append(turn)
        kept = self.memory.get(turn.message_id)
        if isinstance(kept, DialogueFailed):
            raise kept
        return kept

    async def understand(self, text: str) -> Understood:
        """As written down for that text, else as the scripted replies are understood."""
        known = self.parses.get(text, Understood("inform", (("inform", 0.9),)))
        if isinstance(known, DialogueFailed):
            raise known
        return known
