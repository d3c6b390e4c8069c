import { createHistogram } from "node:perf_hooks";

/** One HTTP call of a benchmark. */
export type Call = () => Promise<void>;

export interface Latency {
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
}

/** Calls one after another. */
export async function latencyOf(call: Call, calls: number): Promise<Latency> {
  const histogram = createHistogram();
  for (let count = 0; count < calls; count += 1) {
    const began = process.hrtime.bigint();
    await call();
    histogram.record(process.hrtime.bigint() - began);
  }
  return { p50: histogram.percentile(50) / 1e6, p99: histogram.percentile(99) / 1e6 };
}

/** Calls per second, while so many are always under way. */
export async function throughputOf(
  call: Call,
  { atOnce, calls }: { readonly atOnce: number; readonly calls: number },
): Promise<number> {
  const began = performance.now();
  let left = calls;
  const caller = async () => {
    while (left > 0) {
      left -= 1;
      await call();
    }
  };
  await Promise.all(Array.from({ length: atOnce }, caller));
  return (calls / (performance.now() - began)) * 1000;
}

/** A whole answer; anything but 200 is an error, for a fast failure is not a figure. */
export function postJson(url: string, body: object): Call {
  const init = initOf(body);
  return async () => {
    const response = await fetch(url, init);
    const text = await response.text();
    if (response.status !== 200) throw new Error(`${url} answered ${response.status}: ${text}`);
  };
}

/** A stream, up to its first content; the rest is read, and must come to its end. */
export function firstTokenOf(url: string, body: object): () => Promise<number> {
  const init = initOf({ ...body, stream: true });
  return async () => {
    const began = performance.now();
    const response = await fetch(url, init);
    if (response.status !== 200 || !response.body) throw new Error(`${url}: ${response.status}`);
    let first: number | undefined;
    let text = "";
    for await (const part of response.body.pipeThrough(new TextDecoderStream())) {
      text += part;
      if (first === undefined && text.includes("word0")) first = performance.now() - began;
    }
    if (first === undefined || !text.includes("[DONE]")) throw new Error(`${url}: a cut stream`);
    return first;
  };
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function initOf(body: object): RequestInit {
  const headers = { "content-type": "application/json" };
  return { method: "POST", headers, body: JSON.stringify(body) };
}
