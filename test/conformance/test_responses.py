"""The Responses API through Python's clients, as each is by default."""

import json
import os

import httpx
import pytest
from agents import Agent, Runner, SQLiteSession, function_tool, set_tracing_disabled
from langchain_core.messages import HumanMessage
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI
from openai import AsyncOpenAI, BadRequestError, NotFoundError, OpenAI
from openresponses_types import ResponseResource
from pydantic import BaseModel

base_url = os.environ["TEST_API_BASE_URL"]
api_key = os.environ["TEST_API_KEY"]
model = "planner"
question = "The weather in Oslo?"
weather = {
    "type": "function",
    "name": "get_weather",
    "parameters": {
        "type": "object",
        "properties": {"place": {"type": "string"}},
        "required": ["place"],
        "additionalProperties": False,
    },
    "strict": True,
}


@pytest.fixture
def client():
    with OpenAI(base_url=base_url, api_key=api_key, max_retries=0) as client:
        yield client


class TestOpenAI:
    def test_makes_a_response(self, client):
        response = client.responses.create(model=model, input="Hello there.")

        assert response.output_text == "Hello there."
        assert response.usage.total_tokens == 5
        assert client.responses.retrieve(response.id).output == response.output

    def test_streams_and_accumulates(self, client):
        with client.responses.stream(model=model, input="Hello there.") as stream:
            deltas = [e.delta for e in stream if e.type == "response.output_text.delta"]
            final = stream.get_final_response()

        assert len(deltas) > 1
        assert "".join(deltas) == final.output_text == "Hello there."

    def test_calls_tools_and_goes_on(self, client):
        first = client.responses.create(model=model, input=question, tools=[weather])
        call = first.output[0]
        assert call.type == "function_call"
        assert json.loads(call.arguments) == {"place": question}

        result = {"type": "function_call_output", "call_id": call.call_id, "output": "It rains."}
        second = client.responses.create(
            model=model, previous_response_id=first.id, input=[result], tools=[weather]
        )

        assert second.output_text == "It rains."

    def test_parses_what_is_held_to_a_schema(self, client):
        class Answer(BaseModel):
            answer: int

        response = client.responses.parse(
            model=model, input="42 is the answer.", text_format=Answer
        )

        assert response.output_parsed == Answer(answer=42)

    def test_runs_in_the_background(self, client):
        with client.responses.stream(model=model, input="One two.", background=True) as stream:
            seen = next(iter(stream))
        with client.responses.retrieve(
            seen.response.id, stream=True, starting_after=seen.sequence_number
        ) as rest:
            numbers = [event.sequence_number for event in rest]

        assert numbers == list(range(1, len(numbers) + 1))
        assert client.responses.cancel(seen.response.id).status == "completed"
        items = client.responses.input_items.list(seen.response.id)
        assert [item.role for item in items] == ["user"]
        client.responses.delete(seen.response.id)
        with pytest.raises(NotFoundError):
            client.responses.retrieve(seen.response.id)

    def test_is_told_what_is_refused(self, client):
        with pytest.raises(BadRequestError) as error:
            client.responses.create(model=model, input="x", tools=[{"type": "code_interpreter"}])

        assert error.value.param == "tools.0.type"

    async def test_works_without_threads(self):
        async with AsyncOpenAI(base_url=base_url, api_key=api_key) as client:
            response = await client.responses.create(model=model, input="Hello there.")

        assert response.output_text == "Hello there."


class TestOpenResponsesTypes:
    """What is answered has the shape of the specification, as another package reads it."""

    @pytest.mark.parametrize(
        "asked",
        [
            {"input": "Hello there."},
            {"input": question, "tools": [weather], "instructions": "Be short."},
            {"input": "42", "text": {"format": {"type": "json_object"}}, "metadata": {"a": "b"}},
            {"input": "Hello there.", "background": True},
        ],
    )
    def test_read_the_response(self, asked):
        headers = {"authorization": f"Bearer {api_key}"}
        answer = httpx.post(f"{base_url}/responses", json=asked, headers=headers)

        assert answer.status_code == 200
        ResponseResource.model_validate(answer.json())


@function_tool
def get_weather(place: str) -> str:
    """The weather at a place."""
    return f"It rains. ({place})"


@pytest.fixture
def agent(monkeypatch):
    monkeypatch.setenv("OPENAI_BASE_URL", base_url)
    monkeypatch.setenv("OPENAI_API_KEY", api_key)
    # Traces go to OpenAI's own server.
    set_tracing_disabled(True)
    return Agent(name="Assistant", instructions="Be short.", model=model, tools=[get_weather])


class TestAgents:
    async def test_run_their_tools(self, agent):
        result = await Runner.run(agent, question)

        assert result.final_output == f"It rains. ({question})"

    async def test_stream(self, agent):
        result = Runner.run_streamed(agent, question)
        events = [event.type async for event in result.stream_events()]

        assert result.final_output == f"It rains. ({question})"
        assert "run_item_stream_event" in events

    async def test_go_on_by_items_by_session_and_by_response(self, agent):
        first = await Runner.run(agent, question)
        onward = [*first.to_input_list(), {"role": "user", "content": "Hello there."}]
        assert (await Runner.run(agent, onward)).final_output == "Hello there."

        session = SQLiteSession("a session")
        for words in [question, "Hello there."]:
            result = await Runner.run(agent, words, session=session)
        assert result.final_output == "Hello there."

        result = await Runner.run(
            agent, "Hello there.", previous_response_id=first.last_response_id
        )
        assert result.final_output == "Hello there."

    async def test_give_an_output_of_their_type(self, agent):
        class Answer(BaseModel):
            answer: int

        typed = Agent(name="Typed", model=model, output_type=Answer)
        result = await Runner.run(typed, "42 is the answer.")

        assert result.final_output == Answer(answer=42)

    async def test_go_on_after_the_agents_own_tools(self, agent):
        first = await Runner.run(agent, "What is the time?")
        onward = [*first.to_input_list(), {"role": "user", "content": "Hello there."}]

        assert (await Runner.run(agent, onward)).final_output == "Hello there."


class TestLangChain:
    @pytest.fixture
    def chat(self):
        return ChatOpenAI(
            model=model, base_url=base_url, api_key=api_key, use_responses_api=True
        )

    def test_answers_and_streams(self, chat):
        assert chat.invoke("Hello there.").text == "Hello there."
        chunks = list(chat.stream("Hello there."))
        assert "".join(chunk.text for chunk in chunks) == "Hello there."
        assert len(chunks) > 1

    def test_runs_tools(self, chat):
        @tool
        def get_weather(place: str) -> str:
            """The weather at a place."""
            return "It rains."

        bound = chat.bind_tools([get_weather])
        asked = HumanMessage(question)
        call = bound.invoke([asked])
        result = get_weather.invoke(call.tool_calls[0])

        assert bound.invoke([asked, call, result]).text == "It rains."

    def test_goes_on_from_a_response(self):
        chat = ChatOpenAI(
            model=model,
            base_url=base_url,
            api_key=api_key,
            use_responses_api=True,
            use_previous_response_id=True,
        )
        first = chat.invoke("Hello.")

        assert chat.invoke([HumanMessage("Hello."), first, HumanMessage("And?")]).text == "And?"

    def test_is_held_to_a_schema(self, chat):
        class Answer(BaseModel):
            """An answer."""

            answer: int

        assert chat.with_structured_output(Answer).invoke("42 it is.") == Answer(answer=42)
