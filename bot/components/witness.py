"""What was understood, told to the channel that answers: so every reply can say which intent it came from, and how sure."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY
from rasa.shared.nlu.training_data.message import Message

understood: ContextVar[dict[str, Any] | None] = ContextVar("understood", default=None)
"""A dictionary the channel hangs up before a message is handled, in the same task; None where nobody asks."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class Witness(GraphComponent):
    """Stands last in the pipeline and changes nothing."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> Witness:
        """Made without state."""
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        """Note intent, confidence and the three likeliest, if someone hung up a dictionary for them."""
        noted = understood.get()
        if noted is not None:
            for message in messages:
                intent = message.get(INTENT) or {}
                noted["intent"], noted["confidence"] = intent.get("name"), intent.get("confidence")
                noted["ranking"] = [
                    {"intent": one["name"], "confidence": one["confidence"]}
                    for one in (message.get(INTENT_RANKING_KEY) or [])[:3]
                ]
        return messages
