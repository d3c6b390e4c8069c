import { createHash } from "node:crypto";
import type { FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import { withDigests } from "../attachments/held-attachments.ts";
import { ApiError, errorEnvelope, invalidRequest } from "../errors/api-error.ts";
import { canonicalJson } from "../loop/canonical-json.ts";
import { asApiError } from "../errors/as-api-error.ts";
import type { Caller } from "./caller.ts";
import type { Dependencies } from "../dependencies.ts";
import { type EventStreamOptions, openEventStream } from "./event-stream.ts";
import type { Claim, KeptAnswer, KeyedRequest } from "../ports/idempotency-keys.ts";

/** What becomes of a stream that is answered under a key. */
export interface StreamKeeper {
  readonly add: (events: readonly object[]) => void;
  /** Before the client is told that the stream is complete. */
  readonly keep: () => Promise<void>;
  readonly fail: (error: ApiError) => Promise<void>;
}

/** The room that an answer takes among all that are made at once. */
export interface Room {
  /** Keeps it beyond the answer, until the returned function is called: for what goes on after it. */
  readonly hold: () => () => void;
}

type Work = (keeper: StreamKeeper | undefined, room: Room) => Promise<object | undefined>;

interface Call {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly caller: Caller;
  readonly userId: string;
  /** See `EventStreamOptions`. */
  readonly named?: boolean;
}

const idempotencyKey = z
  .string()
  .regex(/^[\x21-\x7e]{1,255}$/)
  .meta({ description: "The same key and request get the same answer, for a day." });

/** The headers of a request that `answerOnce` answers. */
export const runHeaders = z.object({ "Idempotency-Key": idempotencyKey.optional() });

/** Headers that say which conversation is meant, and so belong to what a request is. */
const meaningful = ["x-conversation-id", "x-openwebui-chat-id", "x-task"] as const;

/** Of an answer, given again with it. */
const conversationHeader = "x-conversation-id";

/**
 * Lets a request in, and does its work once for its `Idempotency-Key`; without one, each time.
 *
 * The answer is kept before it is sent. A failure is kept only where tools have run, for any other is
 * made good by trying again; so is a request whose client left. A run that the agent's own death cut
 * off is done again.
 *
 * @param work gives the body, or undefined where it has streamed the answer itself.
 * @throws ApiError 400 for a key that can't be one, 409 while its request still runs, 422 where it
 *   came with another request, 429 and 503 where the gate is closed.
 */
export async function answerOnce(
  call: Call,
  dependencies: Pick<Dependencies, "gate" | "idempotency" | "settings" | "stopping">,
  work: Work,
): Promise<object | undefined> {
  return admitted(call, dependencies, (room) => {
    const keyed = keyedRequest(call);
    return keyed
      ? underKey(keyed, call, dependencies, (keeper) => work(keeper, room))
      : work(undefined, room);
  });
}

/**
 * Lets a request in and does its work, within the caller's share of what may go on at once.
 *
 * @throws ApiError 429 and 503 where the gate is closed.
 */
export async function admitted<Result>(
  { caller, userId, reply }: Pick<Call, "caller" | "userId" | "reply">,
  { gate, settings }: Pick<Dependencies, "gate" | "settings">,
  work: (room: Room) => Promise<Result>,
): Promise<Result> {
  const person = caller.trusted && userId !== caller.principal ? userId : undefined;
  const room = sharedRoom(gate.enter({ principal: caller.principal, person }));
  const leave = room.hold();
  // Until it is read, an answer takes its room: a reader that doesn't read has its place for so long.
  reply.raw.once("finish", leave).once("close", leave);
  try {
    return await work(room);
  } finally {
    cutAfter(reply.raw, settings.run.deadlineMs);
  }
}

/** Left when the last of those who hold it lets go. */
function sharedRoom(leave: () => void): Room {
  let holders = 0;
  return {
    hold: () => {
      let isHeld = true;
      holders += 1;
      return () => {
        if (!isHeld) return;
        isHeld = false;
        holders -= 1;
        if (holders === 0) leave();
      };
    },
  };
}

/** However slowly it is read, an answer that is complete is not there for ever. */
function cutAfter(raw: FastifyReply["raw"], ms: number): void {
  if (raw.destroyed || raw.writableFinished) return;
  const timer = setTimeout(() => raw.destroy(), ms).unref();
  const stop = () => {
    clearTimeout(timer);
  };
  raw.once("finish", stop).once("close", stop);
}

async function underKey(
  keyed: KeyedRequest,
  call: Call,
  { idempotency, settings, stopping }: Pick<Dependencies, "idempotency" | "settings" | "stopping">,
  work: (keeper: StreamKeeper) => Promise<object | undefined>,
): Promise<object | undefined> {
  const claim = await idempotency.claim(keyed);
  if (claim.kind === "answered") {
    const signal = AbortSignal.any([stopping, AbortSignal.timeout(settings.run.deadlineMs)]);
    return replay(call.reply, claim.answer, { ...settings, signal, named: call.named });
  }
  if (claim.kind !== "begun") throw refused(claim.kind);

  const keeper = keeperOf(call, claim);
  try {
    const body = await work(streamKeeper(keeper));
    if (body) await keeper.keep({ body });
    return body;
  } catch (thrown) {
    await keeper.fail(asApiError(thrown));
    throw thrown;
  }
}

/** A stream of many small events takes far more room than its words. */
const keptCharacters = 4_000_000;

function streamKeeper({ keep, fail }: ReturnType<typeof keeperOf>): StreamKeeper {
  const events: object[] = [];
  let characters = 0;
  return {
    fail,
    add: (more) => {
      if (characters > keptCharacters) return;
      characters += JSON.stringify(more).length;
      if (characters > keptCharacters) events.length = 0;
      else events.push(...more);
    },
    keep: () => (characters > keptCharacters ? keep(tooLong, 409) : keep({ events })),
  };
}

/** What is told then to whoever asks again: the work is done, and is not done twice. */
const tooLong: KeptAnswer["content"] = {
  body: errorEnvelope(
    new ApiError(409, "This request was answered, and its answer was too long to be kept.", {
      code: "answer_not_kept",
    }),
  ),
};

function keyedRequest({ request, caller, userId }: Call): KeyedRequest | undefined {
  const sent = request.headers["idempotency-key"];
  if (sent === undefined) return undefined;
  const { success, data: key } = idempotencyKey.safeParse(sent);
  if (!success) {
    throw invalidRequest(
      "An Idempotency-Key is 1 to 255 visible ASCII characters, such as a UUID.",
      "Idempotency-Key",
    );
  }
  const headers = meaningful.map((name) => request.headers[name] ?? null);
  const content = withDigests(canonicalJson([request.url, userId, headers, request.body]));
  const hash = createHash("sha256").update(content).digest();
  return { principal: caller.principal, key, hash };
}

function keeperOf({ request, reply }: Call, claim: Extract<Claim, { kind: "begun" }>) {
  // The client has its answer all the same; its key is free again when its time is over.
  const quietly = (action: Promise<void>) =>
    action.catch((error: unknown) => {
      request.log.warn({ err: error }, "an idempotency key could not be written");
    });
  const keep = (content: KeptAnswer["content"], status = 200, more = {}) => {
    const id = reply.getHeader(conversationHeader);
    const conversationId = id === undefined ? undefined : String(id);
    const headers = { ...(conversationId && { [conversationHeader]: conversationId }), ...more };
    return quietly(claim.keep({ status, headers, content }, conversationId));
  };
  const fail = (error: ApiError) => {
    const hasLeft = reply.raw.destroyed && !reply.raw.writableFinished;
    if (error.shouldRetry !== false || hasLeft) return quietly(claim.release());
    return keep({ body: errorEnvelope(error) }, error.status, { "x-should-retry": "false" });
  };
  return { keep, fail };
}

async function replay(
  reply: FastifyReply,
  { status, headers, content }: KeptAnswer,
  options: EventStreamOptions,
): Promise<object | undefined> {
  void reply.code(status).headers({ ...headers, "idempotent-replayed": "true" });
  if ("body" in content) return content.body;
  const stream = openEventStream(reply, options);
  for (const event of content.events) await stream.send([event]);
  await stream.end();
  return undefined;
}

function refused(kind: "running" | "other request"): ApiError {
  return kind === "running"
    ? new ApiError(409, "A request with this Idempotency-Key is still being answered.", {
        code: "idempotency_key_in_use",
        retryAfterSeconds: 2,
      })
    : new ApiError(422, "This Idempotency-Key came with another request before; use a new one.", {
        code: "idempotency_key_reused",
      });
}
