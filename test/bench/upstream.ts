import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

// What is behind the agent, and answers at once, always the same: a model, its embeddings, and a
// collector that takes spans. What is before it is what takes time.
const words = Array.from({ length: 20 }, (_, index) => `word${index} `);
const base = { id: "chatcmpl-bench", created: 1_760_000_000, model: "planner" };
const said = words.map((content) => ({ content }));
/** What makes this model call a tool of the agent. */
const timeQuestion = "What time is it?";
const timeCall = {
  index: 0,
  id: "call_time",
  type: "function",
  function: { name: "current_time", arguments: "{}" },
};
const usage = { prompt_tokens: 20, completion_tokens: words.length, total_tokens: 40 };

const vector = Array.from({ length: 384 }, (_, index) => Math.sin(index + 1));

const server = createServer((request, response) => {
  let body = "";
  request.setEncoding("utf8").on("data", (text: string) => (body += text));
  request.on("end", () => {
    switch (request.url) {
      case "/v1/traces":
        response.writeHead(200, { "content-type": "application/x-protobuf" }).end();
        return;
      case "/v1/embeddings":
        sendJson(response, embeddings(JSON.parse(body) as { input: readonly string[] }));
        return;
      // The agent's readiness asks for the models.
      case "/v1/models":
        sendJson(response, { object: "list", data: [{ id: "planner" }, { id: "embed" }] });
        return;
      case "/v1/chat/completions":
        answer(JSON.parse(body) as Asked, response);
        return;
      default:
        response.writeHead(404).end();
    }
  });
});
server.listen(0, "127.0.0.1", () => {
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});

interface Asked {
  readonly stream?: boolean;
  readonly messages: readonly { readonly role: string; readonly content: unknown }[];
}

function answer({ stream, messages }: Asked, response: ServerResponse): void {
  const last = messages.at(-1);
  const wantsTime = last?.role === "user" && JSON.stringify(last.content).includes(timeQuestion);
  if (stream !== true) sendJson(response, completion());
  else if (wantsTime) sendChunks(response, [{ tool_calls: [timeCall] }], "tool_calls");
  else sendChunks(response, [{ role: "assistant", content: "" }, ...said], "stop");
}

function sendJson(response: ServerResponse, value: object): void {
  response.writeHead(200, { "content-type": "application/json" });
  response.end(JSON.stringify(value));
}

function sendChunks(response: ServerResponse, deltas: readonly object[], finish: string): void {
  response.writeHead(200, { "content-type": "text/event-stream" });
  const chunk = (choices: object[], more: object = {}) =>
    `data: ${JSON.stringify({ ...base, object: "chat.completion.chunk", choices, ...more })}\n\n`;
  const choice = (delta: object, reason: string | null = null) => [
    { index: 0, delta, finish_reason: reason },
  ];
  for (const delta of deltas) response.write(chunk(choice(delta)));
  response.write(chunk(choice({}, finish)));
  response.end(`${chunk([], { usage })}data: [DONE]\n\n`);
}

function embeddings({ input }: { readonly input: readonly string[] }): object {
  const data = input.map((_, index) => ({ object: "embedding", index, embedding: vector }));
  return { object: "list", model: "embed", data, usage };
}

function completion(): object {
  const message = { role: "assistant", content: words.join(""), refusal: null };
  const choices = [{ index: 0, message, logprobs: null, finish_reason: "stop" }];
  return { ...base, object: "chat.completion", choices, usage };
}
