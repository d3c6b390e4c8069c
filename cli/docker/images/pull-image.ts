import type Docker from "dockerode";
import { type PullEvent, PullProgress } from "./pull-progress.ts";
import type { RegistryCredentials } from "./registry-credentials.ts";

export interface PullOptions {
  readonly credentials: RegistryCredentials | undefined;
  readonly signal: AbortSignal;
  /** How long the transfer may pause before the pull is given up. */
  readonly stallMilliseconds: number;
  readonly progress: PullProgress;
  /** Called after every event that moved anything. */
  readonly onProgress: () => void;
}

/**
 * Pulls one image through the engine, which keeps every layer that has arrived whole.
 *
 * It may take as long as it needs: an engine never gives up a connection on which nothing comes any
 * more, so only silence ends it.
 *
 * @throws the engine's error, with its own words; the signal's reason after Ctrl-C.
 */
export async function pullImage(
  docker: Docker,
  reference: string,
  { credentials, signal, stallMilliseconds, progress, onProgress }: PullOptions,
): Promise<void> {
  const silence = new AbortController();
  const timer = setTimeout(() => {
    const minutes = Math.round(stallMilliseconds / 6000) / 10;
    silence.abort(new Error(`the registry stopped sending: nothing arrived for ${minutes} min`));
  }, stallMilliseconds);
  const { name, tag } = nameAndTag(reference);
  try {
    const stream = await docker.createImage({
      fromImage: name,
      tag,
      ...(credentials && { authconfig: credentials }),
      abortSignal: AbortSignal.any([signal, silence.signal]),
    });
    for await (const event of eventsOf(stream)) {
      if (event.error !== undefined) throw new Error(event.error);
      if (!progress.take(event)) continue;
      timer.refresh();
      onProgress();
    }
  } catch (error) {
    signal.throwIfAborted();
    silence.signal.throwIfAborted();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** The engine's answer is one JSON object a line. */
async function* eventsOf(stream: NodeJS.ReadableStream): AsyncGenerator<PullEvent> {
  let rest = "";
  for await (const chunk of stream.setEncoding("utf8")) {
    const lines = `${rest}${chunk as string}`.split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (line.trim() !== "") yield JSON.parse(line) as PullEvent;
    }
  }
}

/** As the API takes it: a digest stands for the tag before it. */
function nameAndTag(reference: string): { name: string; tag: string } {
  const [, name = reference, tag = "latest", digest] =
    /^(.+?)(?::([\w.-]+))?(?:@(sha256:[0-9a-f]+))?$/.exec(reference) ?? [];
  return { name, tag: digest ?? tag };
}
