import type { TraceStore } from "../ports/erasures.ts";

const requestTimeoutMs = 10_000;
/** The first time, it may be most of what Phoenix has. */
const sweepTimeoutMs = 120_000;
const beginning = "1970-01-01T00:00:00Z";

/** Phoenix's REST API, as versions 20.20 and 20.26 have it. */
export function phoenixTraces(baseUrl: string, project: string): TraceStore {
  const base = new URL("v1/", baseUrl.endsWith("/") ? baseUrl : `${baseUrl}/`);
  async function ask(method: string, path: string, signal: AbortSignal, body?: object) {
    const response = await fetch(new URL(path, base), {
      method,
      signal,
      ...(body && { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
    });
    const said = await response.text();
    if (response.ok || (response.status === 404 && isWithoutIt(said))) return;
    throw new Error(`Phoenix answered ${response.status}.`);
  }
  const within = (signal: AbortSignal, ms: number) =>
    AbortSignal.any([signal, AbortSignal.timeout(ms)]);
  return {
    async erase({ traceIds, sessionId }, signal) {
      if (sessionId !== undefined) {
        const body = { session_identifiers: [sessionId] };
        await ask("POST", "sessions/delete", within(signal, requestTimeoutMs), body);
      }
      // What began in a caller's trace may be in another session.
      for (const id of traceIds) {
        const path = `traces/${encodeURIComponent(id)}`;
        await ask("DELETE", path, within(signal, requestTimeoutMs));
      }
    },
    async eraseBefore(time, signal) {
      const path = `projects/${encodeURIComponent(project)}/traces`;
      const span = new URLSearchParams({ start_time: beginning, end_time: time.toISOString() });
      await ask("DELETE", `${path}?${span.toString()}`, within(signal, sweepTimeoutMs));
    },
  };
}

/** Any other 404 is of something that is not Phoenix, or one without these routes. */
function isWithoutIt(said: string): boolean {
  return /(Trace|Session|Project) with .* not found/.test(said);
}
