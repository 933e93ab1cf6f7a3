"""The classifier's regression, in the bot's own environment, beside scikit-learn's."""

import json
import subprocess

import pytest

from core.errors import ConfigurationError
from core.settings import ROOT
from service.cli import bot_python

pytestmark = pytest.mark.rasa
COMPARE = """
import json, sys
import numpy as np
from sklearn.linear_model import LogisticRegression
from components.regression import fitted
told = []
for count in (2, 5):
    chance = np.random.default_rng(count)
    right = np.minimum(chance.geometric(0.4, 400), count) * 3  # many of the first, few of the last
    features = (chance.normal(size=(400, 30)) + np.eye(30)[right]).astype(np.float32)
    asked = chance.normal(size=(200, 30)).astype(np.float32)
    classes, weights, offsets = fitted(features, right, inverse_regularisation=0.5, steps=500)
    scores = np.exp(asked @ weights.T + offsets)
    theirs = LogisticRegression(C=0.5, max_iter=500, class_weight="balanced", multi_class="multinomial").fit(features, right)
    told.append([
        classes.tolist() == theirs.classes_.tolist(),
        float(np.abs(scores / scores.sum(axis=1, keepdims=True) - theirs.predict_proba(asked)).max()),
        str(weights.dtype),
    ])
print(json.dumps(told))
"""


def test_it_finds_what_scikit_learn_finds() -> None:
    python = bot_python()
    if python is None:
        raise ConfigurationError("the bot needs Python 3.10: see ./poradnia doctor")
    done = subprocess.run(
        [str(python), "-W", "ignore", "-c", COMPARE], cwd=ROOT / "bot", capture_output=True, text=True, check=True
    )
    for is_same_classes, apart, kind in json.loads(done.stdout.splitlines()[-1]):
        assert is_same_classes and kind == "float32"
        assert apart < 0.002
