"""Clients that people point at the agent at TEST_API_BASE_URL, each by its own package."""

from __future__ import annotations

import os

import instructor
import litellm
import pytest
from llama_index.core.llms import ChatMessage
from llama_index.core.tools import FunctionTool
from llama_index.embeddings.openai import OpenAIEmbedding
from llama_index.embeddings.openai_like import OpenAILikeEmbedding
from llama_index.llms.openai import OpenAI as LlamaOpenAI
from llama_index.llms.openai_like import OpenAILike
from openai import OpenAI
from pydantic import BaseModel

URL = os.environ["TEST_API_BASE_URL"]
KEY = os.environ["TEST_API_KEY"]
MODEL = os.environ["TEST_MODEL"]
KNOWN_MODEL = os.environ["TEST_KNOWN_MODEL"]


class Answer(BaseModel):
    answer: int
    why: str


@pytest.mark.parametrize(
    "mode",
    [instructor.Mode.TOOLS, instructor.Mode.JSON_SCHEMA],
)
def test_instructor_fills_in_a_model(mode: instructor.Mode) -> None:
    client = instructor.from_openai(OpenAI(base_url=URL, api_key=KEY), mode=mode)

    found = client.chat.completions.create(
        model=MODEL,
        response_model=Answer,
        messages=[{"role": "user", "content": "42 is the answer."}],
    )

    assert found.answer == 42


def llms() -> list[LlamaOpenAI]:
    like = OpenAILike(
        model=MODEL, api_base=URL, api_key=KEY, is_chat_model=True, is_function_calling_model=True
    )
    # The class of OpenAI's own models knows their names alone.
    return [like, LlamaOpenAI(model=KNOWN_MODEL, api_base=URL, api_key=KEY)]


@pytest.mark.parametrize("llm", llms(), ids=["openai-like", "openai"])
def test_llama_index_chats_and_streams(llm: LlamaOpenAI) -> None:
    messages = [ChatMessage(role="user", content="Hello there.")]

    assert llm.chat(messages).message.content == "Hello there."
    parts = [part.delta for part in llm.stream_chat(messages)]
    assert "".join(part or "" for part in parts) == "Hello there."
    assert llm.complete("Hello there.").text == "Hello there."


@pytest.mark.parametrize("llm", llms(), ids=["openai-like", "openai"])
def test_llama_index_calls_tools(llm: LlamaOpenAI) -> None:
    def get_weather(place: str) -> str:
        """The weather at a place."""
        return place

    tool = FunctionTool.from_defaults(fn=get_weather)
    response = llm.chat_with_tools([tool], user_msg="The weather in Oslo?")
    [call] = llm.get_tool_calls_from_response(response)

    assert (call.tool_name, call.tool_kwargs) == ("get_weather", {"place": "The weather in Oslo?"})


def test_llama_index_embeds() -> None:
    like = OpenAILikeEmbedding(model_name="embed", api_base=URL, api_key=KEY)
    own = OpenAIEmbedding(model="text-embedding-3-small", api_base=URL, api_key=KEY)

    for embedding in [like, own]:
        assert embedding.get_text_embedding_batch(["ab", "c"]) == [[2, 97, 98], [1, 99, 99]]
        assert embedding.get_query_embedding("ab") == [2, 97, 98]


def test_litellm_completes_streams_and_embeds() -> None:
    to = {"model": f"openai/{MODEL}", "api_base": URL, "api_key": KEY}
    messages = [{"role": "user", "content": "Hello there."}]

    whole = litellm.completion(messages=messages, **to)
    assert whole.choices[0].message.content == "Hello there."
    assert whole.usage.total_tokens == 5
    chunks = litellm.completion(messages=messages, stream=True, **to)
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == "Hello there."
    found = litellm.embedding(input=["ab", "c"], **{**to, "model": "openai/embed"})
    assert [each["embedding"] for each in found.data] == [[2, 97, 98], [1, 99, 99]]


def test_litellm_by_its_own_provider_for_gateways() -> None:
    answer = litellm.completion(
        model=f"litellm_proxy/{MODEL}",
        api_base=URL,
        api_key=KEY,
        messages=[{"role": "user", "content": "Hello there."}],
    )

    assert answer.choices[0].message.content == "Hello there."
