"""pydantic-ai against the agent at TEST_API_BASE_URL, by the chat model of its OpenAI provider."""

from __future__ import annotations

import os

from pydantic import BaseModel
from pydantic_ai import Agent
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers.openai import OpenAIProvider


def model() -> OpenAIChatModel:
    provider = OpenAIProvider(
        base_url=os.environ["TEST_API_BASE_URL"], api_key=os.environ["TEST_API_KEY"]
    )
    return OpenAIChatModel(os.environ["TEST_MODEL"], provider=provider)


class Answer(BaseModel):
    answer: int
    why: str


async def test_answers_with_usage() -> None:
    result = await Agent(model()).run("Hello there.")

    assert result.output == "Hello there."
    usage = result.usage
    assert (usage() if callable(usage) else usage).input_tokens == 3


async def test_streams() -> None:
    async with Agent(model()).run_stream("Hello there.") as result:
        parts = [part async for part in result.stream_text(delta=True, debounce_by=None)]

    assert "".join(parts) == "Hello there."
    assert len(parts) > 1


async def test_runs_its_own_tools() -> None:
    agent = Agent(model())

    @agent.tool_plain
    def get_weather(place: str) -> str:
        """The weather at a place."""
        return f"It rains. ({place})"

    result = await agent.run("The weather in Oslo?")

    assert result.output == "It rains. (The weather in Oslo?)"


async def test_fills_in_an_output_type() -> None:
    result = await Agent(model(), output_type=Answer).run("The final result is 42.")

    assert result.output.answer == 42
