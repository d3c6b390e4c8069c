import { once } from "node:events";
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import { text } from "node:stream/consumers";
import {
  type Answer,
  answerEvents,
  errorBody,
  type Refusal,
  type Turn,
  wholeAnswer,
} from "./model-turn.ts";

export interface ModelServerOptions {
  /** What becomes of the chat completions, one by one; or a function of each one's body. */
  readonly turns: readonly Turn[] | ((body: ChatBody) => Turn);
  /** The address to listen on; loopback unless another machine or a container is to reach it. */
  readonly host?: string;
}

export type ChatBody = Readonly<Record<string, unknown>>;

export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** Empty where there was none. */
  readonly body: ChatBody;
}

export interface ModelServer {
  /** With `/v1`, as clients of OpenAI's API take it. */
  readonly url: string;
  readonly requests: readonly ReceivedRequest[];
  /** Requests whose client left before the answer's end. */
  readonly abandoned: () => number;
  /** How many were opened so far. */
  readonly connections: () => number;
  /** Puts turns behind those that are left; only where the turns are a list. */
  readonly add: (...turns: readonly Turn[]) => void;
  readonly close: () => Promise<void>;
}

/**
 * A server of OpenAI's API that answers by script, in place of a paid model: chat completions, models
 * and embeddings. A chat completion beyond its script is answered 500, with words that say so.
 */
export async function startModelServer(options: ModelServerOptions): Promise<ModelServer> {
  const { host = "127.0.0.1" } = options;
  const script = typeof options.turns === "function" ? [] : [...options.turns];
  const requests: ReceivedRequest[] = [];
  let abandoned = 0;
  let connections = 0;
  const next = (body: ChatBody): Turn => {
    if (typeof options.turns === "function") return options.turns(body);
    return script.shift() ?? overScript(requests.length);
  };
  const server = createServer((request, response) => {
    response.on("close", () => {
      if (!response.writableFinished) abandoned++;
    });
    void read(request).then(async (received) => {
      requests.push(received);
      await answer(received, response, next);
    });
  });
  server.on("connection", () => connections++);
  server.listen(0, host);
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  return {
    url: `http://${host}:${port}/v1`,
    requests,
    abandoned: () => abandoned,
    connections: () => connections,
    add: (...turns) => {
      script.push(...turns);
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

async function read(request: IncomingMessage): Promise<ReceivedRequest> {
  const { method = "", url = "", headers } = request;
  const sent = await text(request);
  const body = sent === "" ? {} : (JSON.parse(sent) as ChatBody);
  return { method, path: url, headers, body };
}

function overScript(count: number): Refusal {
  return {
    status: 500,
    message: `The scripted model has no turn for request ${count}.`,
    type: "script_over",
  };
}

async function answer(
  received: ReceivedRequest,
  response: ServerResponse,
  next: (body: ChatBody) => Turn,
): Promise<void> {
  const { method, path, body } = received;
  switch (`${method} ${path.replace(/^.*\/v1/, "")}`) {
    case "POST /chat/completions":
      await take(next(body), body, response);
      return;
    case "POST /embeddings":
      send(response, 200, embeddings(body));
      return;
    case "GET /models":
      send(response, 200, { object: "list", data: [model] });
      return;
    default:
      refuse(response, { status: 404, message: `There is no ${method} ${path}.` });
  }
}

async function take(turn: Turn, body: ChatBody, response: ServerResponse): Promise<void> {
  if ("stall" in turn) return;
  if ("status" in turn) {
    refuse(response, turn);
    return;
  }
  if ("raw" in turn) {
    const type = turn.contentType ?? "text/event-stream";
    response.writeHead(200, { "content-type": type, ...turn.headers }).end(turn.raw);
    return;
  }
  const name = typeof body["model"] === "string" ? body["model"] : model.id;
  if (body["stream"] !== true) {
    const whole = JSON.stringify(wholeAnswer(turn, name));
    const sent = turn.then === undefined ? whole : whole.slice(0, whole.length / 2);
    response.writeHead(200, { "content-type": "application/json", ...turn.headers });
    await finish(turn, sent, response);
    return;
  }
  const options = body["stream_options"] as { include_usage?: boolean } | null | undefined;
  const events = answerEvents(turn, name, options?.include_usage === true);
  response.writeHead(200, { "content-type": "text/event-stream", ...turn.headers });
  await finish(turn, events.join(""), response);
}

/** Sends what the turn has, and ends the answer, or not, as the turn says. */
async function finish(turn: Answer, content: string, response: ServerResponse): Promise<void> {
  // Node's client hands on each HTTP chunk as it came, whatever TCP makes of them.
  for (const part of turn.cutsCharacters === true ? halvedCharacters(content) : [content]) {
    await new Promise<void>((resolve) => {
      response.write(part, () => {
        resolve();
      });
    });
  }
  if (turn.then === "cut") response.destroy();
  else if (turn.then !== "stall") response.end();
}

function halvedCharacters(content: string): Buffer[] {
  const bytes = Buffer.from(content);
  const ends = [...bytes.keys()].filter((index) => (bytes[index] ?? 0) >= 0x80);
  return [0, ...ends.map((end) => end + 1)].map((start, index) =>
    bytes.subarray(start, (ends[index] ?? bytes.length) + 1),
  );
}

function refuse(response: ServerResponse, refusal: Refusal): void {
  response.writeHead(refusal.status, { "content-type": "application/json", ...refusal.headers });
  response.end(errorBody(refusal));
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

const model = { id: "scripted", object: "model", created: 1, owned_by: "test" };

/** One short vector for each text, made from its letters. */
function embeddings({ input, model: name }: ChatBody): object {
  const texts = Array.isArray(input) ? input.map(String) : [String(input)];
  const data = texts.map((each, index) => ({
    object: "embedding",
    index,
    embedding: [each.length, each.codePointAt(0) ?? 0, each.codePointAt(each.length - 1) ?? 0],
  }));
  const usage = { prompt_tokens: texts.length, total_tokens: texts.length };
  return { object: "list", model: name, data, usage };
}
