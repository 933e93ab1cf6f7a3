"""The model behind LangChain's `init_chat_model`: one try, a deadline in all, a breaker, and nothing sent that was not redacted.

LangSmith, which LangChain would report every prompt to if its variables stood in the environment, is switched off for each call.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Generic, NewType, TypeVar
from uuid import UUID

import structlog
from pydantic import BaseModel

from core import metrics
from core.clock import Clock
from core.db import UnitOfWork
from core.processors import is_recorded
from knowledge.model.models import ModelCall

log = structlog.get_logger()
PROCESSOR = "model"
Redacted = NewType("Redacted", str)
"""Words that may leave the house: the clinic's own, or a patient's after `knowledge.model.redacting.redacted`."""
FAILURES = 3
PAUSE = timedelta(seconds=60)
"""After so many failures in a row nobody waits for the model so long."""
MOST_TOKENS = 800
Shape = TypeVar("Shape", bound=BaseModel)


@dataclass(frozen=True)
class ModelSettings:
    """`name` as `init_chat_model` takes it (`openai:gpt-…`); empty: no model. Prices are for a million tokens."""

    name: str = ""
    base_url: str = ""
    key: str = ""
    timeout_seconds: float = 4.0
    price_in: float = 0.0
    price_out: float = 0.0
    rephrases: bool = False


@dataclass(frozen=True)
class Asked(Generic[Shape]):
    """What came of it. `value` is None unless it answered in the shape asked for; `reason` says why not."""

    value: Shape | None
    reason: str
    took_ms: int
    tokens_in: int | None = None
    tokens_out: int | None = None


class LanguageModel:
    """One model per process."""

    def __init__(self, settings: ModelSettings, clock: Clock) -> None:
        self.settings = settings
        self._clock = clock
        self._chat: Any = None
        self._failures = 0
        self._paused_until: datetime | None = None

    @property
    def is_set_up(self) -> bool:
        """True if the settings name one."""
        return bool(self.settings.name)

    def is_paused(self) -> bool:
        """True while nobody waits for it, after failures in a row."""
        return self._paused_until is not None and self._clock.now() < self._paused_until

    def prepare(self) -> None:
        """Load the client, which takes a second or two, before somebody waits for it."""
        if self.is_set_up and self._chat is None:
            self._chat = self._make()

    async def warm(self) -> None:
        """Prepare, at a start that must not fail for it."""
        try:
            await asyncio.to_thread(self.prepare)
        except Exception as error:
            # A provider's package that is missing, or a name LangChain does not know: said here, and at each question as `down`.
            log.error("model cannot be loaded", exception_type=type(error).__name__)

    async def is_on(self, uow: UnitOfWork) -> bool:
        """True if one is set up, recorded as a processor today, and not failing."""
        return self.is_set_up and not self.is_paused() and await is_recorded(uow, PROCESSOR, self._today())

    async def ask(self, task: str, material: Redacted, shape: type[Shape]) -> Asked[Shape]:
        """Ask once; never raises for what a provider does. `task` is ours alone, `material` is data and said to be so."""
        began = time.perf_counter()
        asked: Asked[Shape] = Asked(None, "down", 0)
        try:
            async with asyncio.timeout(self.settings.timeout_seconds):
                asked = await self._asked(task, material, shape, began)
        except TimeoutError:
            asked = Asked(None, "slow", _since(began))
        except Exception as error:
            # Clients of a dozen providers raise what they like; a patient's answer must not depend on it. No text: it may hold the prompt.
            log.warning("model failed", exception_type=type(error).__name__)
            asked = Asked(None, _reason(error), _since(began))
        self._note(asked.reason)
        return asked

    def record(
        self, uow: UnitOfWork, purpose: str, asked: Asked[Any], outcome: str, message_id: UUID | None = None
    ) -> None:
        """Write down what it took. `outcome` as in `OUTCOMES`."""
        cost = None
        if asked.tokens_in is not None and asked.tokens_out is not None:
            # A price for a million tokens is a millionth of it for one: the sum is in millionths.
            cost = round(asked.tokens_in * self.settings.price_in + asked.tokens_out * self.settings.price_out)
        uow.session.add(
            ModelCall(
                purpose=purpose, model=self.settings.name, outcome=outcome, at=self._clock.now(), took_ms=asked.took_ms,
                tokens_in=asked.tokens_in, tokens_out=asked.tokens_out, cost_micros=cost, message_id=message_id,
            )
        )  # fmt: skip
        metrics.model_calls.labels(metrics.bounded("purpose", purpose), metrics.bounded("verdict", outcome)).inc()
        metrics.model_seconds.observe(asked.took_ms / 1000)
        if cost:
            metrics.model_cost.inc(cost / 1_000_000)

    async def _asked(self, task: str, material: Redacted, shape: type[Shape], began: float) -> Asked[Shape]:
        from langsmith import tracing_context

        if self._chat is None:
            await asyncio.to_thread(self.prepare)
        with tracing_context(enabled=False):
            chat = self._chat.with_structured_output(shape, method="json_schema", include_raw=True)
            answer = await chat.ainvoke([("system", task), ("user", material)])
        used = getattr(answer["raw"], "usage_metadata", None) or {}
        value = answer["parsed"] if isinstance(answer["parsed"], shape) else None
        reason = "used" if value is not None else "garbled"
        return Asked(value, reason, _since(began), used.get("input_tokens"), used.get("output_tokens"))

    def _make(self) -> Any:
        from langchain.chat_models import init_chat_model

        given: dict[str, Any] = {"base_url": self.settings.base_url, "api_key": self.settings.key}
        make: Any = init_chat_model
        return make(
            self.settings.name, temperature=0, max_retries=0, timeout=self.settings.timeout_seconds, max_tokens=MOST_TOKENS,
            **{name: value for name, value in given.items() if value},
        )  # fmt: skip

    def _note(self, reason: str) -> None:
        self._failures = self._failures + 1 if reason in ("slow", "down", "refused") else 0
        if self._failures >= FAILURES:
            self._failures, self._paused_until = 0, self._clock.now() + PAUSE
            log.warning("model is left alone for a while", reason=reason)

    def _today(self) -> date:
        return self._clock.now().date()


def _since(began: float) -> int:
    return round((time.perf_counter() - began) * 1000)


_REASONS: tuple[tuple[str, Callable[[Exception], bool]], ...] = (
    ("slow", lambda error: "Timeout" in type(error).__name__),
    ("garbled", lambda error: type(error).__name__ in ("ValidationError", "JSONDecodeError", "OutputParserException",
                                                       "LengthFinishReasonError", "ContentFilterFinishReasonError")),
    ("refused", lambda error: getattr(error, "status_code", None) is not None),
)  # fmt: skip


def _reason(error: Exception) -> str:
    return next((name for name, fits in _REASONS if fits(error)), "down")
