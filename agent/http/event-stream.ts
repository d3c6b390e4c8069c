import type { FastifyReply } from "fastify";
import { type ApiError, errorEnvelope } from "../errors/api-error.ts";
import { type Patience, untilRead, untilRoom } from "./patience.ts";

/** An answer in server-sent events, as OpenAI's clients read them. */
export interface EventStream {
  /** Resolves when the reader has room for more, or is gone. */
  readonly send: (events: readonly object[]) => Promise<void>;
  /** Resolves when the reader has all of it, or is gone. */
  readonly end: () => Promise<void>;
  /** An error after the first byte: it has no status any more. */
  readonly fail: (error: ApiError) => Promise<void>;
}

export interface EventStreamOptions extends Patience {
  /** After so long without a byte the stream says that it is alive. */
  readonly keepAliveMs: number;
  /** Whether each event's type has a line of its own, as in OpenAI's Responses API. */
  readonly named?: boolean | undefined;
}

/** Begins the stream; from here on the answer is written by hand. */
export function openEventStream(reply: FastifyReply, options: EventStreamOptions): EventStream {
  const { raw } = reply;
  reply.hijack();
  const headers = Object.entries(reply.getHeaders()).filter(([, value]) => value !== undefined);
  raw.writeHead(200, {
    ...(Object.fromEntries(headers) as Record<string, string>),
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-cache",
    // A proxy that collects the answer would undo the streaming.
    "x-accel-buffering": "no",
  });
  // A tool may run for long, and a silent connection is cut by proxies in between.
  const keepAlive = setInterval(() => {
    if (!raw.writableNeedDrain) raw.write(": keep-alive\n\n");
  }, options.keepAliveMs);
  raw.once("close", () => {
    clearInterval(keepAlive);
  });
  const close = (lastWords: string) => {
    clearInterval(keepAlive);
    raw.end(lastWords);
    return untilRead(raw, options);
  };
  return {
    send: async (events) => {
      if (events.length === 0) return;
      const text = events.map((data) => `${nameLine(data, options)}${dataLine(data)}`).join("");
      if (!raw.write(text)) await untilRoom(raw, options);
    },
    end: () => close("data: [DONE]\n\n"),
    fail: (error) => close(dataLine(errorEnvelope(error))),
  };
}

function nameLine(event: { readonly type?: unknown }, { named }: EventStreamOptions): string {
  return named === true && typeof event.type === "string" ? `event: ${event.type}\n` : "";
}

function dataLine(event: object): string {
  return `data: ${JSON.stringify(event)}\n\n`;
}
