"""What the API asks of a good request, and promises, beyond its schema."""

import schemathesis

deleted = []


# Not map_case: a step of a longer story takes values from earlier answers after that.
@schemathesis.hook
def before_call(context, case, kwargs):
    body = case.body
    if isinstance(body, dict):
        # A conversation begins with the first request that names it: it is there again afterwards.
        if body.get("conversation_id") in deleted:
            body["conversation_id"] = None
        is_negative = case.meta is not None and case.meta.generation.mode.is_negative
        if not is_negative:
            if case.operation.path == "/v1/responses" and "input" in body:
                make_whole_response(body)
            if "messages" in body:
                body["messages"] = with_calls(body["messages"])
            if "tools" in body and case.path == "/v1/chat/completions":
                body["tools"] = of_one_name_each(body["tools"])
            if isinstance(body.get("functions"), list):
                named = {each["name"]: each for each in body["functions"]}
                body["functions"] = list(named.values())
            if case.path == "/v1/embeddings":
                # The model that the configuration has answers chats.
                body["model"] = "embed"
            elif body.get("model") == "embed":
                # A link from the list of models may lead to the one that chats can't have.
                body["model"] = "planner"


@schemathesis.hook
def after_call(context, case, response):
    if case.method.upper() == "DELETE" and response.status_code == 200:
        deleted.append(response.json()["id"])


def of_one_name_each(tools):
    """A model can't tell two tools of one name apart, and JSON Schema can't count names."""
    if not isinstance(tools, list):
        return tools
    return list({name_of(tool): tool for tool in tools}.values())


def name_of(tool):
    """A response's functions have their name themselves, and its web search has none."""
    return tool.get("function", tool).get("name", tool["type"])


def make_whole_response(body):
    """What items and ids refer to is not in a document, nor are a client's sealed words."""
    body.pop("previous_response_id", None)
    if body.get("store") is False:
        body.pop("background", None)
        body.pop("conversation", None)
    if not isinstance(body.get("tool_choice"), str):
        body.pop("tool_choice", None)
    if isinstance(body["input"], list):
        plain = {"type": "message", "role": "user", "content": "Instead of an item of other items."}
        whole = ("message", None, "web_search_call", "mcp_call")
        body["input"] = [
            item if "role" in item or item.get("type") in whole[2:] else plain
            for item in body["input"]
        ]


def with_calls(messages):
    """A tool's result has a call before it: JSON Schema can't compare two places of a document."""
    if not isinstance(messages, list):
        return messages
    called = set()
    function = None
    whole = []
    for message in messages:
        if message["role"] == "function":
            if function is None or message.get("name") != function:
                message = {"role": "user", "content": "Instead of a result without a call."}
            function = None
        elif message.get("function_call"):
            function = message["function_call"]["name"]
        for call in message.get("tool_calls") or []:
            called.add(call["id"])
        if message["role"] == "tool" and message["tool_call_id"] not in called:
            message = {"role": "user", "content": "Instead of a result without a call."}
        whole.append(message)
    return whole
