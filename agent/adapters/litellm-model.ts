import { z } from "zod";
import { withHeldAttachments } from "../attachments/message-attachments.ts";
import { ApiError } from "../errors/api-error.ts";
import type { ModelChunk } from "../ports/model-chunk.ts";
import type { Model } from "../ports/ports.ts";
import { type Answering, answeringModel, naming } from "./answering-model.ts";
import { type Answer, ask, isOk, type Question, wholeText } from "./ask.ts";
import { readChunk } from "./model-chunk.ts";
import {
  asApiError,
  cutStream,
  empty,
  malformed,
  refusalIn,
  refusalOf,
  timedOut,
  unreachable,
} from "./model-failure.ts";
import { parsedJson } from "./parsed-json.ts";
import { eventsOf } from "./events-of.ts";
import { Watchdog } from "./watchdog.ts";

export interface ModelServer {
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly firstTokenTimeoutMs: number;
  readonly idleTimeoutMs: number;
  /** What a turn may have; a single event that has far more is not even read. */
  readonly turnCharacters: number;
  /** Told of each answer before its first words. */
  readonly onAnswer?: (answering: Answering) => void;
  /** Names that it must serve to be of use; none: it is enough that it answers. */
  readonly names?: readonly string[];
}

const wholeAnswerBytes = 1_000_000;
// A character may be escaped as six, and a chunk has more than its words.
const bytesPerCharacter = 6;
const chunkBytes = 64 * 1024;

const models = z.object({ data: z.array(z.object({ id: z.string() })) });

/** Any server of OpenAI's chat API; ours is LiteLLM, which also owns the retries. */
export function litellmModel(server: ModelServer): Model {
  const base = server.baseUrl.replace(/\/$/, "");
  const bounds = {
    lineBytes: bytesPerCharacter * server.turnCharacters + chunkBytes,
    otherBytes: wholeAnswerBytes,
  };

  async function answerOf(path: string, question: Question): Promise<Answer> {
    const headers = { ...question.headers, authorization: `Bearer ${server.apiKey}` };
    const answer = await ask(`${base}${path}`, { ...question, headers }).catch(unreachable);
    if (isOk(answer)) return answer;
    throw refusalOf(answer, await wholeText(answer, wholeAnswerBytes));
  }
  async function servedNames(signal: AbortSignal): Promise<readonly string[]> {
    const answer = await answerOf("/models", { method: "GET", signal });
    const { data } = models.parse(parsedJson(await wholeText(answer, wholeAnswerBytes)));
    return data.map(({ id }) => id);
  }
  return {
    async *stream(request, { signal, traceparent, baggage }) {
      const watchdog = new Watchdog(server.firstTokenTimeoutMs, signal);
      let hasStarted = false;
      try {
        const answer = await answerOf("/chat/completions", {
          method: "POST",
          headers: { traceparent, ...(baggage !== undefined && { baggage }) },
          body: {
            ...request,
            messages: withHeldAttachments(request.messages),
            stream: true,
            stream_options: { include_usage: true },
          },
          signal: watchdog.signal,
        });
        const answering = answeringModel(answer.headers);
        const named = naming(answering);
        server.onAnswer?.(answering);
        let isComplete = false;
        let isEmpty = true;
        for await (const events of eventsOf(answer, bounds)) {
          // The consumer's own time, such as a slow reader's, is not the model's.
          watchdog.stop();
          const { chunks, broken } = chunksIn(events, named);
          hasStarted ||= chunks.length > 0;
          isComplete ||= chunks.some(isEnd);
          isEmpty &&= !chunks.some(saysSomething);
          if (chunks.length > 0) yield chunks;
          if (broken) throw hasStarted ? cutStream(broken) : broken;
          watchdog.restart(server.idleTimeoutMs);
        }
        if (!isComplete) throw cutStream();
        if (isEmpty) throw empty();
      } catch (error) {
        signal.throwIfAborted();
        throw watchdog.hasTimedOut ? timedOut() : asApiError(error, { hasStarted });
      } finally {
        watchdog.close();
      }
    },
    async ping(signal) {
      const served = await servedNames(signal).catch((error: unknown) => {
        throw asApiError(error, { hasStarted: false });
      });
      const missing = (server.names ?? []).filter((name) => !served.some((id) => isFor(id, name)));
      if (missing.length > 0) {
        throw new ApiError(502, `The model server has no ${missing.join(", ")}.`, {
          code: "upstream",
        });
      }
    },
  };
}

interface Received {
  readonly chunks: readonly ModelChunk[];
  /** Why there are no more of them. */
  readonly broken?: Error;
}

function chunksIn(events: readonly string[], named: ReturnType<typeof naming>): Received {
  const chunks: ModelChunk[] = [];
  for (const data of events) {
    const value = parsedJson(data);
    const chunk = readChunk(value);
    const refusal = refusalIn(value);
    if (chunk === undefined || refusal !== undefined) {
      return { chunks, broken: refusal ?? malformed() };
    }
    chunks.push(named(chunk));
  }
  return { chunks };
}

function isEnd({ choices }: ModelChunk): boolean {
  return choices.some((choice) => choice.finish_reason !== null);
}

/** LiteLLM lists what serves many names with a `*`. */
function isFor(id: string, name: string): boolean {
  const [start = "", ...rest] = id.split("*");
  return rest.length === 0 ? id === name : name.startsWith(start);
}

/**
 * Words, a call, tokens that were counted (a model may think, and say nothing), or a reason to have
 * said nothing. LiteLLM makes a whole answer without any of them of what is not an answer.
 */
function saysSomething({ choices, usage }: ModelChunk): boolean {
  const isSaid = choices.some(
    ({ delta, finish_reason: reason }) =>
      Boolean(delta.content) ||
      Boolean(delta.reasoning_content ?? delta.reasoning) ||
      Boolean(delta.refusal) ||
      (delta.tool_calls ?? []).length > 0 ||
      reason === "length" ||
      reason === "content_filter",
  );
  return isSaid || (usage?.completion_tokens ?? 0) > 0;
}
