import Fastify from "fastify";
import OpenAI from "openai";
import type { ChatCompletionCreateParams } from "openai/resources/chat/completions";

// What a user would write in an afternoon instead of the agent: no state, no tools, no limits.
const client = new OpenAI({ baseURL: process.env["UPSTREAM_URL"], apiKey: "none", maxRetries: 0 });
const app = Fastify();

app.post<{ Body: ChatCompletionCreateParams }>("/v1/chat/completions", async (request, reply) => {
  if (request.body.stream !== true) return client.chat.completions.create(request.body);
  const chunks = await client.chat.completions.create(request.body);
  reply.hijack();
  reply.raw.writeHead(200, { "content-type": "text/event-stream" });
  for await (const chunk of chunks) reply.raw.write(`data: ${JSON.stringify(chunk)}\n\n`);
  reply.raw.end("data: [DONE]\n\n");
  return undefined;
});
console.log(await app.listen({ host: "127.0.0.1", port: 0 }));
