"""OpenTelemetry traces without health data. Off unless `configure` was called, which the composition root does for
`PORADNIA_OTLP_ENDPOINT`.

A trace's id is a keyed digest of the message it is about, so web, worker and action route find the same trace without
storing or passing anything, and nobody without the key can tell the message from the trace. What is said in answer has
traces of its own, linked both ways. Only attributes in `ATTRIBUTES` leave, and only with values of the shape given there:
events, exception texts, status words and unknown span names are cut off in `Scrubbing`, whoever made them.
"""

import contextlib
import re
import secrets
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import Any
from uuid import UUID

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, Span, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.sdk.trace.id_generator import IdGenerator
from opentelemetry.trace import Link, NonRecordingSpan, SpanContext, Status, StatusCode, TraceFlags

from core.crypto import keyring

SPANS = frozenset({"http", "accept", "turn", "dialogue", "action", "say", "delivery"})
ATTRIBUTES: dict[str, re.Pattern[str]] = {
    "channel": re.compile(r"[a-z]{1,12}"),
    "outcome": re.compile(r"[a-z-]{1,20}"),
    "reason": re.compile(r"[a-z-]{1,20}"),
    "action": re.compile(r"action_[a-z_]{1,60}"),
    "attempt": re.compile(r"[0-9]{1,2}"),
    "method": re.compile(r"[A-Z]{3,7}"),
    "route": re.compile(r"/(?!.*[0-9]{3})[a-zA-Z0-9_./{}-]{0,80}"),
    "status": re.compile(r"[1-5][0-9]{2}"),
    "is_new": re.compile(r"True|False"),
    "is_retry": re.compile(r"True|False"),
}
"""What may leave, and its shape: names of ours, small numbers, route templates."""

_chosen: ContextVar[SpanContext | None] = ContextVar("chosen", default=None)


class _Ids(IdGenerator):
    """Random ids, but the digests of a message for the span that begins its trace."""

    def generate_trace_id(self) -> int:
        chosen = _chosen.get()
        return chosen.trace_id if chosen else secrets.randbits(128) or 1

    def generate_span_id(self) -> int:
        chosen = _chosen.get()
        return chosen.span_id if chosen else secrets.randbits(64) or 1


class Scrubbing(SpanProcessor):
    """Passes on a copy of each span that holds nothing but what may leave."""

    def __init__(self, inner: SpanProcessor, may_leave: Callable[[], bool] = lambda: True) -> None:
        self._inner = inner
        self._may_leave = may_leave

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        """Nothing is passed on before it is over."""

    def on_end(self, span: ReadableSpan) -> None:
        """Copy what may leave, if anything may."""
        if not self._may_leave():
            return
        self._inner.on_end(
            ReadableSpan(
                name=span.name if span.name in SPANS else "other",
                context=span.context,
                parent=span.parent,
                resource=span.resource,
                attributes={key: value for key, value in (span.attributes or {}).items() if may_leave(key, value)},
                links=[Link(link.context) for link in span.links],
                kind=span.kind,
                status=Status(span.status.status_code),
                start_time=span.start_time,
                end_time=span.end_time,
                instrumentation_scope=span.instrumentation_scope,
            )
        )

    def shutdown(self) -> None:
        """End."""
        self._inner.shutdown()

    def force_flush(self, timeout_millis: int = 30000) -> bool:
        """Send what waits."""
        return self._inner.force_flush(timeout_millis)


class Tracing:
    """The process's tracer, switched on once by the composition root."""

    def __init__(self) -> None:
        self._provider: TracerProvider | None = None
        self.may_leave = True
        """False while no record allows the collector: spans that end meanwhile are dropped, not kept for later."""

    @property
    def is_on(self) -> bool:
        """True once configured."""
        return self._provider is not None

    def configure(self, process: str, endpoint: str = "", *, processor: SpanProcessor | None = None) -> None:
        """Send spans to an OTLP address (`…/v1/traces` over HTTP), or to a processor of the caller's."""
        if processor is None:
            processor = BatchSpanProcessor(_otlp(endpoint))
        resource = Resource({"service.name": f"poradnia-{process}"})
        self._provider = TracerProvider(resource=resource, id_generator=_Ids(), shutdown_on_exit=False)
        self._provider.add_span_processor(Scrubbing(processor, lambda: self.may_leave))

    def shut_down(self) -> None:
        """Send what waits and switch off."""
        if self._provider is not None:
            self._provider.shutdown()
            self._provider = None

    @contextlib.contextmanager
    def span(
        self, name: str, message_id: UUID | None = None, *, begins: bool = False, **attributes: Any
    ) -> Iterator[Any]:
        """Time a step. With a message it stands in that message's trace (and `begins` it); else under the current span."""
        if self._provider is None:
            yield _NOWHERE
            return
        current = trace.get_current_span()
        context, links, reset = None, [], None
        if message_id is not None:
            ours = context_of(message_id)
            if current.get_span_context().trace_id != ours.trace_id:
                links = [Link(current.get_span_context())] if current.get_span_context().is_valid else []
                context = Context() if begins else trace.set_span_in_context(NonRecordingSpan(ours), Context())
                reset = _chosen.set(ours) if begins else None
        span = self._provider.get_tracer("poradnia").start_span(
            name, context=context, links=links, attributes={key: str(value) for key, value in attributes.items()}
        )
        if reset is not None:
            _chosen.reset(reset)
        try:
            with trace.use_span(span, record_exception=False, set_status_on_exception=False):
                yield span
        except BaseException:
            span.set_status(StatusCode.ERROR)
            raise
        finally:
            span.end()

    def said(self, message_id: UUID, channel: str) -> None:
        """Something is to go out: its trace begins here, and the current span points to it."""
        if self._provider is not None:
            trace.get_current_span().add_link(context_of(message_id))
            with self.span("say", message_id, begins=True, channel=channel):
                pass


def context_of(message_id: UUID) -> SpanContext:
    """The root of a message's trace: a keyed digest, the same in every process."""
    trace_id = int(keyring.token(f"trace:{message_id}"), 16) or 1
    span_id = int(keyring.token(f"span:{message_id}")[:16], 16) or 1
    return SpanContext(trace_id, span_id, is_remote=True, trace_flags=TraceFlags(TraceFlags.SAMPLED))


def may_leave(key: str, value: object) -> bool:
    """True for an attribute that is on the list, with a value of its shape."""
    return key in ATTRIBUTES and ATTRIBUTES[key].fullmatch(str(value)) is not None


def _otlp(endpoint: str) -> SpanExporter:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

    return OTLPSpanExporter(endpoint=endpoint)


_NOWHERE = trace.INVALID_SPAN
tracing = Tracing()
