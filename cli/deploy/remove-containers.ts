import type Docker from "dockerode";
import { endpointOf } from "../../infra/services/endpoints.ts";
import { StackError } from "../../infra/stack-error.ts";
import { EngineConnectionError } from "../docker/docker-error.ts";
import { stopContainer, removeContainer } from "../docker/remove-container.ts";
import { finishing } from "../os/finishing.ts";
import type { Report } from "../output/activity.ts";
import { spoken } from "../pulumi/engine-events.ts";
import type { Leaving } from "./stop-order.ts";

/** Containers that are being removed. */
export interface Removal {
  /** When the last of them has been told to stop; rejects where that will never be. */
  readonly allBegun: Promise<void>;
  /** When the last of them is gone; rejects with a StackError that names what could not be removed. */
  readonly done: Promise<void>;
}

/**
 * Stops and removes containers, each as soon as it may, all others beside it. After Ctrl-C no further one is
 * begun; those under way come to their end, for Docker goes on with them anyway. What could not be removed keeps
 * what it calls, too.
 */
export function removeContainers(
  docker: Docker,
  leaving: readonly Leaving[],
  { report, signal }: { readonly report: Report; readonly signal: AbortSignal },
): Removal {
  const ended = new Map<string, Promise<void>>();
  const failures: { readonly service: string; readonly error: unknown }[] = [];
  const begun = Promise.withResolvers<undefined>();
  let waiting = leaving.length;
  const end = (each: Leaving): Promise<void> => {
    const present = ended.get(each.id);
    if (present) return present;
    const ending = endOne(each);
    ended.set(each.id, ending);
    return ending;
  };
  const endOne = async ({ id, service, graceSeconds, after }: Leaving): Promise<void> => {
    await Promise.all(leaving.filter((other) => after.includes(other.id)).map(end));
    signal.throwIfAborted();
    const subject = endpointOf(service) ? service : spoken(service);
    const say = (status: "running" | "done" | "failed", message: string) => {
      report({ phase: "services", subject, status, message });
    };
    say("running", "stopping");
    try {
      const stopping = stopContainer(docker, id, graceSeconds);
      waiting -= 1;
      if (waiting === 0) begun.resolve(undefined);
      await stopping;
      await removeContainer(docker, id);
    } catch (error) {
      failures.push({ service, error });
      say("failed", "");
      throw error;
    }
    say("done", "removed");
  };
  const removeAll = async (): Promise<void> => {
    await finishing("the removals under way", () => Promise.allSettled(leaving.map(end)));
    signal.throwIfAborted();
    if (failures.length > 0) throw removalError(failures);
  };
  const done = removeAll();
  // Whoever has begun all of them has resolved it before.
  done.then(() => {
    begun.resolve(undefined);
  }, begun.reject);
  return { allBegun: begun.promise, done };
}

function removalError(failures: readonly { service: string; error: unknown }[]): unknown {
  const [first] = failures;
  const away = failures.find(({ error }) => error instanceof EngineConnectionError);
  if (away) return away.error;
  const details = failures.map(({ service, error }) => `${service}: ${(error as Error).message}`);
  return new StackError("The stack could not be taken down completely.", {
    details,
    remedy: "Run ./stack down again: it continues from here.",
    cause: first?.error,
  });
}
