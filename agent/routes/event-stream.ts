import type { FastifyReply } from "fastify";
import { ApiError, errorEnvelope } from "../api-error.ts";

/** An answer in server-sent events, as OpenAI's clients read them. */
export interface EventStream {
  readonly send: (data: object) => Promise<void>;
  readonly end: () => void;
  /** An error after the first byte: it has no status any more. */
  readonly fail: (error: ApiError) => void;
}

/** Begins the stream; from here on the answer is written by hand. */
export function openEventStream(reply: FastifyReply, keepAliveMs: number): EventStream {
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
  // A tool may run for long, and a silent connection is cut by what stands between.
  const keepAlive = setInterval(() => raw.write(": keep-alive\n\n"), keepAliveMs);
  const close = () => {
    clearInterval(keepAlive);
    raw.end();
  };
  raw.once("close", () => {
    clearInterval(keepAlive);
  });
  return {
    send: async (data) => {
      if (raw.write(`data: ${JSON.stringify(data)}\n\n`) || raw.destroyed) return;
      await new Promise<void>((resolve) => {
        const proceed = () => {
          // Both go: a slow reader would pile up the one that did not fire.
          raw.off("drain", proceed).off("close", proceed);
          resolve();
        };
        raw.once("drain", proceed).once("close", proceed);
      });
    },
    end: () => {
      raw.write("data: [DONE]\n\n");
      close();
    },
    fail: (error) => {
      raw.write(`data: ${JSON.stringify(errorEnvelope(error))}\n\n`);
      close();
    },
  };
}
