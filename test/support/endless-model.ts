import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";

export interface EndlessModel {
  /** Without `/v1`. */
  readonly url: string;
  readonly close: () => Promise<void>;
}

/**
 * A model's server that says "Yes." to a question that has the word, and to any other talks until
 * nobody listens.
 */
export async function endlessModel(word: string): Promise<EndlessModel> {
  const server = createServer((request, response) => {
    if (request.method === "GET") {
      response.end('{"object":"list","data":[]}');
      return;
    }
    void text(request).then(async (body) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      if (body.includes(word)) say(response, "Yes.");
      else while (!response.destroyed) await saidUnlessFull(response, "word ".repeat(2000));
      response.end(`${chunk({}, "stop")}data: [DONE]\n\n`);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  return {
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

function say(response: ServerResponse, content: string): boolean {
  return response.write(chunk({ content }));
}

async function saidUnlessFull(response: ServerResponse, content: string): Promise<void> {
  if (say(response, content)) return;
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const proceed = () => {
    response.off("drain", proceed).off("close", proceed);
    resolve(undefined);
  };
  response.once("drain", proceed).once("close", proceed);
  await promise;
}

function chunk(delta: object, finish: string | null = null): string {
  const choices = [{ index: 0, delta, finish_reason: finish }];
  const base = { id: "c", object: "chat.completion.chunk", created: 1, model: "m" };
  return `data: ${JSON.stringify({ ...base, choices })}\n\n`;
}
