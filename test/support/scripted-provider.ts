import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { answerEvents, errorBody, type Refusal, wholeAnswer } from "./model-turn.ts";

/** A request to a provider, as far as it tells how LiteLLM asked. */
export interface ProviderRequest {
  readonly path: string;
  /** The key that it came with, in the header that the provider has for it. */
  readonly key: string | undefined;
  readonly model: unknown;
}

/** A machine on which every provider answers by its own API: OpenAI's, Azure's, OpenRouter's and Anthropic's. */
export interface ScriptedProviders {
  readonly port: number;
  readonly requests: readonly ProviderRequest[];
  readonly close: () => Promise<void>;
}

/** @param refuse what becomes of a request with this text; undefined: "Ready." is answered. */
export async function scriptedProviders(
  host: string,
  refuse: (sent: string) => Refusal | undefined = () => undefined,
): Promise<ScriptedProviders> {
  const requests: ProviderRequest[] = [];
  const server = createServer((request, response) => {
    void json(request).then((body) => {
      const { model, stream } = body as { readonly model?: unknown; readonly stream?: boolean };
      const path = request.url ?? "";
      requests.push({ path, key: keyOf(request), model });
      const refusal = refuse(JSON.stringify(body));
      if (refusal) send(response, refusal.status, errorBody(refusal));
      else if (path.endsWith("/messages")) send(response, 200, JSON.stringify(anthropicMessage));
      else if (stream === true) sendEvents(response, String(model));
      else send(response, 200, JSON.stringify(wholeAnswer({ text: "Ready." }, String(model))));
    });
  });
  server.listen(0, host);
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    requests,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

function keyOf({ headers }: IncomingMessage): string | undefined {
  const own = headers["x-api-key"] ?? headers["api-key"];
  return own?.toString() ?? headers.authorization?.replace(/^Bearer /, "");
}

function send(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { "content-type": "application/json" }).end(body);
}

function sendEvents(response: ServerResponse, model: string): void {
  response.writeHead(200, { "content-type": "text/event-stream" });
  response.end(answerEvents({ text: "Ready." }, model, true).join(""));
}

const anthropicMessage = {
  id: "msg_scripted",
  type: "message",
  role: "assistant",
  model: "scripted",
  content: [{ type: "text", text: "Ready." }],
  stop_reason: "end_turn",
  stop_sequence: null,
  usage: { input_tokens: 3, output_tokens: 2 },
};
