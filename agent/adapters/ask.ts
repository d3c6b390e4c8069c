import { Readable } from "node:stream";
import { Agent, type Dispatcher, request } from "undici";
import { jsonPieces } from "../attachments/held-attachments.ts";
import { OversizedAnswer } from "./oversized-answer.ts";

/** One question to a neighbour, over HTTP. */
export interface Question {
  readonly method: "GET" | "POST" | "PUT";
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: object;
  readonly signal: AbortSignal;
}

export type Answer = Dispatcher.ResponseData;

// Each question has its own time limit; those of undici would come before some of them.
const connections = new Agent({ headersTimeout: 0, bodyTimeout: 0 });

/**
 * Asks by undici's `request`: its answers are Node's streams. `fetch`, whose are the Web's, takes twice the
 * time of our process, and OpenAI's client above it five times (docs/architecture/where-the-time-goes.md).
 *
 * @throws the signal's reason, or what the network said.
 */
export function ask(address: string | URL, question: Question): Promise<Answer> {
  const { method, headers, body, signal } = question;
  return request(address, {
    method,
    signal,
    dispatcher: connections,
    headers: { ...headers, ...(body && { "content-type": "application/json" }) },
    ...(body && jsonBody(body)),
  });
}

/** Attachments go on as the bytes that they came as. */
function jsonBody(body: object) {
  const text = JSON.stringify(body);
  const pieces = jsonPieces(text);
  return { body: pieces === undefined ? text : Readable.from(pieces, { objectMode: false }) };
}

/**
 * The whole of an answer, as far as it has a size: whoever reads it holds whatever a server sends.
 *
 * @throws OversizedAnswer where it has more bytes.
 */
export async function wholeText({ body }: Answer, mostBytes: number): Promise<string> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of body as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > mostBytes)
      throw new OversizedAnswer(`The answer has more than ${mostBytes} bytes.`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString();
}

export function isOk({ statusCode }: Answer): boolean {
  return statusCode >= 200 && statusCode < 300;
}
