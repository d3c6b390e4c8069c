import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

// A model server that answers at once, always the same: what is before it is what takes time.
const words = Array.from({ length: 20 }, (_, index) => `word${index} `);
const base = { id: "chatcmpl-bench", created: 1_760_000_000, model: "planner" };
const usage = { prompt_tokens: 20, completion_tokens: words.length, total_tokens: 40 };

const server = createServer((request, response) => {
  let body = "";
  request.setEncoding("utf8").on("data", (text: string) => (body += text));
  request.on("end", () => {
    // The agent's readiness asks for the models.
    const isChat = request.method === "POST";
    const { stream } = (isChat ? JSON.parse(body) : {}) as { stream?: boolean };
    if (stream === true) sendStream(response);
    else sendJson(response, isChat ? completion() : { object: "list", data: [] });
  });
});
server.listen(0, "127.0.0.1", () => {
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});

function sendJson(response: ServerResponse, value: object): void {
  response.writeHead(200, { "content-type": "application/json" });
  response.end(JSON.stringify(value));
}

function sendStream(response: ServerResponse): void {
  response.writeHead(200, { "content-type": "text/event-stream" });
  const chunk = (choices: object[], more: object = {}) =>
    `data: ${JSON.stringify({ ...base, object: "chat.completion.chunk", choices, ...more })}\n\n`;
  const choice = (delta: object, finish: string | null = null) => [
    { index: 0, delta, finish_reason: finish },
  ];
  response.write(chunk(choice({ role: "assistant", content: "" })));
  for (const content of words) response.write(chunk(choice({ content })));
  response.write(chunk(choice({}, "stop")));
  response.end(`${chunk([], { usage })}data: [DONE]\n\n`);
}

function completion(): object {
  const message = { role: "assistant", content: words.join(""), refusal: null };
  const choices = [{ index: 0, message, logprobs: null, finish_reason: "stop" }];
  return { ...base, object: "chat.completion", choices, usage };
}
