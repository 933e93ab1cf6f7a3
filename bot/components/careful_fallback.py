"""When the first intent is taken: the more follows from it, the surer it must be."""

from __future__ import annotations

from typing import Any

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.classifiers.fallback_classifier import FallbackClassifier
from rasa.shared.nlu.constants import INTENT, INTENT_NAME_KEY, PREDICTED_CONFIDENCE_KEY
from rasa.shared.nlu.training_data.message import Message


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class CarefulFallback(FallbackClassifier):
    """Rasa's fallback with a threshold of its own for some intents.

    `thresholds` maps a threshold to the intents it is for; `threshold` is that of all others.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {**FallbackClassifier.get_default_config(), "thresholds": {}}

    def _should_fallback(self, message: Message) -> bool:
        first = message.data[INTENT]
        of_its_own = [
            float(threshold)
            for threshold, intents in self.component_config["thresholds"].items()
            if first[INTENT_NAME_KEY] in str(intents).split()
        ]
        threshold = of_its_own[0] if of_its_own else self.component_config["threshold"]
        if first[PREDICTED_CONFIDENCE_KEY] < threshold:
            return True
        is_ambiguous, _ = self._nlu_prediction_ambiguous(message)
        return bool(is_ambiguous)
