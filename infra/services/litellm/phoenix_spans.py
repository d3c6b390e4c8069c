"""Each call to a model as one span in Phoenix, of its caller's trace, session and user.

LiteLLM's own `arize_phoenix` makes three spans of a call. Two have its tokens, which Phoenix then counts
twice, and all three have its words; and it takes the user for the session.
"""

import os
from collections.abc import Mapping
from typing import Any, Final

from litellm.integrations.arize.arize_phoenix import ArizePhoenixLogger
from litellm.integrations.opentelemetry import OpenTelemetryConfig
from litellm.litellm_core_utils import litellm_logging
from opentelemetry import baggage
from opentelemetry.baggage.propagation import W3CBaggagePropagator
from opentelemetry.context import Context
from opentelemetry.sdk.trace import Span, SpanProcessor, TracerProvider
from opentelemetry.trace import Tracer
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

# OpenInference's names, which the agent puts into its baggage as well.
SESSION: Final = "session.id"
USER: Final = "user.id"

# What is told of a call whose words are hidden; all else may quote them.
WITHOUT_WORDS: Final = (
    "openinference.span.kind",
    "llm.model_name",
    "llm.provider",
    "llm.token_count.",
    "llm.cost.",
)


class CallSpans(ArizePhoenixLogger):
    """The one span is what LiteLLM calls its `litellm_request`."""

    def __init__(self, *, hides_words: bool, config: OpenTelemetryConfig) -> None:
        self.hides_words = hides_words
        super().__init__(config=config, callback_name="arize_phoenix")

    def _build_tracer_provider_for_project(self, project_name: str) -> TracerProvider:
        provider = super()._build_tracer_provider_for_project(project_name)
        provider.add_span_processor(Belongs())
        return provider

    def _get_phoenix_context(
        self, kwargs: dict[str, Any], tracer: Tracer | None = None
    ) -> tuple[Context, None]:
        """Below the caller's own span, with none for the proxy in between."""
        headers = headers_of(kwargs)
        context = TraceContextTextMapPropagator().extract(headers)
        context = W3CBaggagePropagator().extract(headers, context)
        for name, value in named_by_caller(kwargs, headers).items():
            if value and not baggage.get_baggage(name, context):
                context = baggage.set_baggage(name, value, context)
        return context, None

    def _get_span_context(
        self, kwargs: dict[str, Any], default_span: object = None
    ) -> tuple[Context, None]:
        """What LiteLLM asks for guardrails that run beside a call."""
        return self._get_phoenix_context(kwargs)

    def set_attributes(self, span: Span, kwargs: dict[str, Any], response_obj: object) -> None:
        told = Told()
        super().set_attributes(told, kwargs, response_obj)
        for name, value in told.attributes.items():
            # Whose it is, the context says.
            if name in (SESSION, USER) or (self.hides_words and not name.startswith(WITHOUT_WORDS)):
                continue
            span.set_attribute(name, value)

    def _maybe_log_raw_request(self, *_: object) -> None:
        """It would tell all messages once more."""

    async def async_post_call_failure_hook(self, *_: object, **__: object) -> None:
        """It would tell of the failure once more, below a span of `otel`, which is not in Phoenix."""

    def _record_exception_on_span(self, span: Span, kwargs: dict[str, Any]) -> None:
        if self.hides_words:
            span.set_attribute("exception.type", type(kwargs.get("exception")).__name__)
        else:
            super()._record_exception_on_span(span, kwargs)

    def _create_guardrail_span(self, kwargs: dict[str, Any] | None, context: Context | None) -> None:
        if not self.hides_words:
            super()._create_guardrail_span(kwargs, context)


class Belongs(SpanProcessor):
    """Gives each span the session and the user of its context."""

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        for name in (SESSION, USER):
            value = baggage.get_baggage(name, parent_context)
            if value:
                span.set_attribute(name, str(value))


class Told:
    """In place of a span: takes what it is told of a call, so that it can be looked through."""

    def __init__(self) -> None:
        self.attributes: dict[str, Any] = {}

    def set_attribute(self, name: str, value: Any) -> None:
        self.attributes[name] = value


def headers_of(kwargs: Mapping[str, Any]) -> dict[str, str]:
    request = (kwargs.get("litellm_params") or {}).get("proxy_server_request") or {}
    return {name.lower(): value for name, value in (request.get("headers") or {}).items()}


def named_by_caller(kwargs: Mapping[str, Any], headers: Mapping[str, str]) -> dict[str, str | None]:
    """What a caller without baggage says in LiteLLM's own ways; Open WebUI does in its header."""
    parameters = kwargs.get("litellm_params") or {}
    # Which of them it is depends on the endpoint.
    metadata = {**(parameters.get("litellm_metadata") or {}), **(parameters.get("metadata") or {})}
    return {
        SESSION: metadata.get("session_id"),
        USER: metadata.get("user_api_key_end_user_id") or headers.get("x-openwebui-user-id"),
    }


def call_spans() -> CallSpans:
    phoenix = ArizePhoenixLogger.get_arize_phoenix_config()
    config = OpenTelemetryConfig(
        exporter=phoenix.protocol, endpoint=phoenix.endpoint, headers=phoenix.otlp_auth_headers
    )
    spans = CallSpans(hides_words=os.environ.get("HIDE_WORDS_IN_SPANS") == "true", config=config)
    # An operator's own `otel` would start LiteLLM's logger for Phoenix beside this one, were it not here.
    litellm_logging._in_memory_loggers.append(spans)
    return spans


callback: Final = call_spans()
