"""The pipeline's own components, trained on other people's phrases: a JSON object `{train: [[text, intent]…], asked: [text…]}` in,
`{likely: [[[intent, confidence]…]…]}` out, for benchmarks.

The component classes and their settings are those of config.yml; only Rasa's graph around them is left out, and the tokenizer, whose
tokens none of them reads.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import yaml
from components.e5_featurizer import E5Featurizer
from components.intent_classifier import CalibratedClassifier
from components.spelling_featurizer import SpellingFeaturizer
from components.word_repair import WordRepair
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData


def settings() -> dict[str, dict[str, Any]]:
    """Each component's settings in config.yml, by the last part of its name."""
    pipeline = yaml.safe_load((Path(__file__).parent / "config.yml").read_text(encoding="utf-8"))["pipeline"]
    return {one["name"].rpartition(".")[2]: {k: v for k, v in one.items() if k != "name"} for one in pipeline}


def judged(train: list[tuple[str, str]], asked: list[str], ranked: int = 5) -> list[list[tuple[str, float]]]:
    """The likeliest intents of each text asked, from a pipeline that learnt `train`."""
    chosen = settings()
    with tempfile.TemporaryDirectory() as folder:
        storage = LocalModelStorage(Path(folder))
        repair = WordRepair(chosen["WordRepair"], storage, Resource("repair"))
        meaning = E5Featurizer(
            {**E5Featurizer.get_default_config(), **chosen["E5Featurizer"]}, storage, Resource("meaning")
        )
        spelling = SpellingFeaturizer(
            {**SpellingFeaturizer.get_default_config(), **chosen["SpellingFeaturizer"]}, storage, Resource("spelling")
        )
        classifier = CalibratedClassifier(
            {**chosen["CalibratedClassifier"], "ranked": ranked}, storage, Resource("classifier")
        )
        taught = TrainingData([Message(data={TEXT: text, INTENT: intent}) for text, intent in train])
        for featurizer in (repair, meaning, spelling):
            featurizer.train(taught)
            taught = featurizer.process_training_data(taught)
        classifier.train(taught)
        messages = [Message(data={TEXT: text}) for text in asked]
        for component in (repair, meaning, spelling, classifier):
            messages = component.process(messages)
    return [[(one["name"], one["confidence"]) for one in message.get("intent_ranking")] for message in messages]


if __name__ == "__main__":
    told = json.load(sys.stdin)
    out, sys.stdout = sys.stdout, sys.stderr  # what libraries print must not mix with the answer
    json.dump({"likely": judged(told["train"], told["asked"])}, out)
