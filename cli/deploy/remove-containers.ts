import type Docker from "dockerode";
import { endpointOf } from "../../infra/services/endpoints.ts";
import { StackError } from "../../infra/stack-error.ts";
import { EngineConnectionError } from "../docker/docker-error.ts";
import { stopContainer, removeContainer } from "../docker/remove-container.ts";
import { finishing } from "../os/finishing.ts";
import type { Report } from "../output/activity.ts";
import { spoken } from "../pulumi/engine-events.ts";
import type { Leaving } from "./stop-order.ts";

/**
 * Stops and removes containers, each as soon as it may, all others beside it. After Ctrl-C no further one is
 * begun; those under way come to their end, for Docker goes on with them anyway.
 *
 * @throws StackError that names what could not be removed. What it is called by stays then, too.
 */
export async function removeContainers(
  docker: Docker,
  leaving: readonly Leaving[],
  { report, signal }: { readonly report: Report; readonly signal: AbortSignal },
): Promise<void> {
  const ended = new Map<string, Promise<void>>();
  const failures: { readonly service: string; readonly error: unknown }[] = [];
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
      await stopContainer(docker, id, graceSeconds);
      await removeContainer(docker, id);
    } catch (error) {
      failures.push({ service, error });
      say("failed", "");
      throw error;
    }
    say("done", "removed");
  };
  await finishing("the removals under way", () => Promise.allSettled(leaving.map(end)));
  signal.throwIfAborted();
  if (failures.length > 0) throw removalError(failures);
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
