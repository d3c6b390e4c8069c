import { Readable } from "node:stream";
import type Docker from "dockerode";

/** How a container last ended, as far as Docker remembers. */
export interface LastEnd {
  /** Undefined where Docker has forgotten: it keeps some hundred events, a minute's worth or more. */
  readonly exitCode: number | undefined;
  /** True where the kernel killed something in it because memory ran out. */
  readonly outOfMemory: boolean;
}

interface ContainerEvent {
  readonly Action: string;
  readonly Actor: { readonly Attributes: Readonly<Record<string, string | undefined>> };
}

/** However wrong the engine's clock is: it would wait until the end of what we ask for. */
const usualPatience = 3000;

/** Reads from Docker's events what an inspection forgets as soon as the container is started again. */
export async function lastEnd(
  docker: Docker,
  id: string,
  patienceMilliseconds = usualPatience,
): Promise<LastEnd> {
  const stream = await docker.getEvents({
    since: 0,
    until: Math.floor(Date.now() / 1000) + 1,
    filters: { type: ["container"], container: [id], event: ["die", "oom"] },
  });
  if (!(stream instanceof Readable)) return endOfEvents([]);
  const enough = setTimeout(() => stream.destroy(), patienceMilliseconds);
  let text = "";
  try {
    for await (const chunk of stream) text += String(chunk);
  } catch {
    // Cut off by us or by the engine: what came by then counts.
  } finally {
    clearTimeout(enough);
  }
  const whole = text.slice(0, text.lastIndexOf("\n") + 1).split("\n");
  return endOfEvents(
    whole.filter((line) => line !== "").map((line) => JSON.parse(line) as ContainerEvent),
  );
}

/** The last of `events`, which are a container's ends in order of time. */
export function endOfEvents(events: readonly ContainerEvent[]): LastEnd {
  const code = events.findLast(({ Action }) => Action === "die")?.Actor.Attributes["exitCode"];
  return {
    exitCode: code === undefined ? undefined : Number(code),
    outOfMemory: events.some(({ Action }) => Action === "oom"),
  };
}
