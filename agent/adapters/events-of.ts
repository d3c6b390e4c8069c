import { StringDecoder } from "node:string_decoder";
import { createParser } from "eventsource-parser";
import type { Answer } from "./ask.ts";
import { OversizedAnswer } from "./oversized-answer.ts";

const newline = 0x0a;
/** How OpenAI's streams end. */
const end = "[DONE]";
/** For a server to close what it has ended. */
const closingMs = 1000;

export interface StreamBounds {
  /** Of one line, which is held until its end. */
  readonly lineBytes: number;
  /** Of any other answer. */
  readonly otherBytes: number;
}

/**
 * The data of a stream's events, up to `[DONE]`: what came together is given together. A stream may be
 * long, for each event is used and dropped.
 *
 * @throws OversizedAnswer where more bytes than the bounds allow would be held.
 */
export async function* eventsOf(
  { body, headers }: Answer,
  { lineBytes, otherBytes }: StreamBounds,
): AsyncGenerator<readonly string[], void, undefined> {
  // What goes wrong is thrown where it is read; a body that is destroyed says so besides.
  body.on("error", () => undefined);
  const decoder = new StringDecoder("utf8");
  const received = { events: [] as string[], isOver: false };
  const parser = createParser({
    onEvent: ({ data }) => {
      received.isOver ||= data === end;
      if (!received.isOver) received.events.push(data);
    },
  });
  const isStream = String(headers["content-type"]).startsWith("text/event-stream");
  const mostHeld = isStream ? lineBytes : otherBytes;
  let held = 0;
  try {
    const parts = body.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
    for await (const part of parts) {
      const last = part.lastIndexOf(newline);
      // A part is short: a line that begins and ends in it is, too.
      held = isStream && last !== -1 ? part.length - last - 1 : held + part.length;
      if (held > mostHeld)
        throw new OversizedAnswer(`There are more than ${mostHeld} bytes to hold.`);
      parser.feed(decoder.write(part));
      const { events } = received;
      received.events = [];
      if (events.length > 0) yield events;
      if (received.isOver) return;
    }
  } finally {
    // Read to its end, a connection serves the next question, too.
    if (received.isOver) readToItsEnd(body);
    else body.destroy();
  }
}

function readToItsEnd(body: Answer["body"]): void {
  if (body.closed) return;
  const patience = setTimeout(() => body.destroy(), closingMs).unref();
  body.once("close", () => {
    clearTimeout(patience);
  });
  body.resume();
}
