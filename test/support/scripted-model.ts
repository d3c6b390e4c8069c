import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import { once } from "node:events";
import { json } from "node:stream/consumers";

/** What the scripted server does with the next request. */
export type Turn =
  | { readonly text: string }
  | { readonly calls: readonly { readonly name: string; readonly args: string }[] }
  | {
      readonly status: number;
      readonly message?: string;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** Sends this much and cuts the connection. */
  | { readonly cutAfter: string }
  /** Accepts the request and never answers. */
  | { readonly stall: true };

export interface ScriptedModel {
  readonly baseUrl: string;
  /** The bodies that it was sent, in order. */
  readonly received: readonly Readonly<Record<string, unknown>>[];
  /** Their headers. */
  readonly headers: readonly IncomingHttpHeaders[];
  /** Requests whose client left before the answer's end. */
  readonly abandoned: () => number;
  readonly close: () => Promise<void>;
}

/** A server of OpenAI's chat API that answers by script, in place of a paid model. */
export async function scriptedModel(...turns: Turn[]): Promise<ScriptedModel> {
  const received: Record<string, unknown>[] = [];
  const headers: IncomingHttpHeaders[] = [];
  let abandoned = 0;
  const server: Server = createServer((request, response) => {
    response.on("close", () => {
      if (!response.writableFinished) abandoned++;
    });
    void json(request).then((body) => {
      received.push(body as Record<string, unknown>);
      headers.push(request.headers);
      const turn = turns.shift() ?? { status: 500 };
      if ("stall" in turn) return;
      if ("status" in turn) {
        response.writeHead(turn.status, { "content-type": "application/json", ...turn.headers });
        response.end(
          JSON.stringify({ error: { message: turn.message ?? "scripted", type: "scripted" } }),
        );
        return;
      }
      response.writeHead(200, { "content-type": "text/event-stream" });
      if ("cutAfter" in turn) {
        response.write(event({ content: turn.cutAfter }), () => response.destroy());
        return;
      }
      response.end(wholeTurn(turn));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  return {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    received,
    headers,
    abandoned: () => abandoned,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

function wholeTurn(turn: Extract<Turn, { text: string } | { calls: unknown }>): string {
  const usage = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 };
  if ("text" in turn) {
    const words = turn.text.split(/(?<= )/);
    return [
      ...words.map((content) => event({ content })),
      event({}, "stop"),
      event(undefined, null, usage),
      "data: [DONE]\n\n",
    ].join("");
  }
  const calls = turn.calls.map(({ name, args }, index) => ({
    index,
    id: `call_${index}`,
    type: "function",
    function: { name, arguments: args },
  }));
  return [
    event({ tool_calls: calls }),
    event({}, "tool_calls"),
    event(undefined, null, usage),
    "data: [DONE]\n\n",
  ].join("");
}

function event(delta: object | undefined, finish: string | null = null, usage?: object): string {
  const choices = delta === undefined ? [] : [{ index: 0, delta, finish_reason: finish }];
  const chunk = { id: "c", object: "chat.completion.chunk", created: 1, model: "m", choices };
  return `data: ${JSON.stringify({ ...chunk, ...(usage && { usage }) })}\n\n`;
}
