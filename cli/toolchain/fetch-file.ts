import { open } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { type Dispatcher, request } from "undici";
import { interrupted } from "../os/run-process.ts";
import {
  BadStatus,
  Cut,
  judge,
  outOfReach,
  Passing,
  Silence,
  TransferFailure,
} from "./transfer-failure.ts";
import type { TransferLimits } from "./transfer-limits.ts";

interface Transfer {
  readonly dispatcher: Dispatcher;
  readonly limits: TransferLimits;
  readonly signal: AbortSignal | undefined;
  /** Nothing has come from this server yet, so what looks like a closed network is one. */
  readonly firstContact: boolean;
  /** What else helps where the server is not trusted, as a sentence. */
  readonly otherWay: string;
  /** The total is unknown where the server does not say it. */
  readonly onBytes: (received: number, total: number | undefined) => void;
  readonly onRetry: (why: string, attempt: number) => void;
}

/** What has arrived of a file, over all attempts. */
interface Arrival {
  received: number;
  total: number | undefined;
  /** Names this version of the file, so that an attempt can go on where the last one stopped. */
  validator: string | undefined;
  resumed: boolean;
  answered: boolean;
}

/** Fetches a file as often as it takes, going on after a cut where the server can. */
export async function fetchFile(
  url: URL,
  file: string,
  transfer: Transfer,
): Promise<{ readonly resumed: boolean }> {
  const { limits, signal } = transfer;
  const arrival: Arrival = {
    received: 0,
    total: undefined,
    validator: undefined,
    resumed: false,
    answered: false,
  };
  for (let attempt = 1; ; attempt += 1) {
    try {
      await fetchRest(url, file, arrival, transfer);
      return { resumed: arrival.resumed };
    } catch (error) {
      if (signal?.aborted) throw interrupted();
      const mayBeClosed = transfer.firstContact && !arrival.answered;
      const failure = judge(url, error, mayBeClosed, transfer.otherWay);
      if (!(failure instanceof Passing)) throw failure;
      if (attempt >= limits.attempts) {
        // A firewall that resets each connection.
        if (mayBeClosed) throw outOfReach(url, failure.message);
        throw lastingFailure(url, failure, arrival, attempt);
      }
      transfer.onRetry(failure.message, attempt + 1);
      const pause = Math.max(limits.pause * 2 ** (attempt - 1), failure.retryAfter);
      await sleep(pause, undefined, { ...(signal && { signal }) }).catch(() => {
        throw interrupted();
      });
    }
  }
}

function lastingFailure(
  { href }: URL,
  { message }: Passing,
  { received, total }: Arrival,
  attempts: number,
): TransferFailure {
  const size = total === undefined ? "" : ` of ${total}`;
  const arrived = received === 0 ? "" : ` after ${received}${size} bytes`;
  return new TransferFailure(`${href}: ${message}${arrived} (attempt ${attempts} of ${attempts})`);
}

async function fetchRest(
  url: URL,
  file: string,
  arrival: Arrival,
  { dispatcher, limits, signal, onBytes }: Transfer,
): Promise<void> {
  const watch = new Watch(limits.firstByteWithin);
  const stop = signal ? AbortSignal.any([signal, watch.signal]) : watch.signal;
  try {
    const from = arrival.validator === undefined ? 0 : arrival.received;
    const headers = {
      "accept-encoding": "identity",
      ...(from > 0 && { range: `bytes=${from}-`, "if-range": arrival.validator ?? "" }),
    };
    const { body, ...answer } = await follow(url, { dispatcher, headers, signal: stop });
    arrival.answered = true;
    const goesOn = from > 0 && answer.statusCode === 206 && startOf(answer.headers) === from;
    if (!goesOn) {
      // A refused range starts from the beginning at the next attempt.
      if (answer.statusCode === 416) arrival.validator = undefined;
      if (answer.statusCode !== 200) {
        body.on("error", () => undefined).destroy();
        throw new BadStatus(answer.statusCode, header(answer.headers, "retry-after"));
      }
      arrival.received = 0;
      arrival.total = lengthOf(answer.headers);
      arrival.validator = validatorOf(answer.headers);
    }
    arrival.resumed = goesOn;
    watch.restart(limits.silenceAllowed);
    // Chunk by chunk: what counts as received is in the file, wherever the transfer is cut.
    const handle = await open(file, goesOn ? "a" : "w");
    try {
      for await (const chunk of body as AsyncIterable<Buffer>) {
        watch.restart(limits.silenceAllowed);
        await handle.writeFile(chunk);
        arrival.received += chunk.length;
        onBytes(arrival.received, arrival.total);
      }
    } finally {
      await handle.close();
    }
    if (arrival.total !== undefined && arrival.received !== arrival.total) throw new Cut();
  } catch (error) {
    throw watch.expired ?? error;
  } finally {
    watch.end();
  }
}

type Headers = Dispatcher.ResponseData["headers"];

/** Releases on GitHub are redirected to a store of files; never from TLS to none. */
async function follow(
  url: URL,
  options: { dispatcher: Dispatcher; headers: Record<string, string>; signal: AbortSignal },
): Promise<Dispatcher.ResponseData> {
  let from = url;
  for (let hops = 0; ; hops += 1) {
    const answer = await request(from, options);
    const target = header(answer.headers, "location");
    if (![301, 302, 303, 307, 308].includes(answer.statusCode) || target === undefined) {
      return answer;
    }
    await answer.body.dump();
    const to = new URL(target, from);
    const isDowngrade = from.protocol === "https:" && to.protocol !== "https:";
    if (hops === 5 || isDowngrade) throw new BadStatus(answer.statusCode);
    from = to;
  }
}

/** Ends a request that is silent for too long. */
class Watch {
  readonly #stop = new AbortController();
  #timer: NodeJS.Timeout;
  expired: Silence | undefined;

  constructor(firstByteWithin: number) {
    this.#timer = this.#start(firstByteWithin, "before the first byte");
  }

  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  restart(milliseconds: number): void {
    clearTimeout(this.#timer);
    this.#timer = this.#start(milliseconds, "in the middle");
  }

  end(): void {
    clearTimeout(this.#timer);
  }

  #start(milliseconds: number, when: string): NodeJS.Timeout {
    return setTimeout(() => {
      this.expired = new Silence(`silent for ${milliseconds / 1000} s ${when}`);
      this.#stop.abort(this.expired);
    }, milliseconds);
  }
}

function header(headers: Headers, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}

function lengthOf(headers: Headers): number | undefined {
  const length = header(headers, "content-length");
  return length === undefined ? undefined : Number(length);
}

/** Weak tags say nothing of bytes. */
function validatorOf(headers: Headers): string | undefined {
  const tag = header(headers, "etag");
  return tag !== undefined && !tag.startsWith("W/") ? tag : header(headers, "last-modified");
}

function startOf(headers: Headers): number | undefined {
  const start = /^bytes (\d+)-/.exec(header(headers, "content-range") ?? "")?.[1];
  return start === undefined ? undefined : Number(start);
}
