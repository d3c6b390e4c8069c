import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { automation } from "@pulumi/pulumi";
import type Docker from "dockerode";
import type { DesiredStack } from "../../infra/desired-stack.ts";
import { isPulled } from "../../infra/image-plan.ts";
import type { Report } from "../output/activity.ts";
import { isMissing } from "../docker/docker-client.ts";
import { activityOf } from "../pulumi/engine-events.ts";
import { cacheDirectory } from "../os/cache-directory.ts";
import { withToolchainLock } from "../toolchain/toolchain-lock.ts";

type OnEvent = (event: automation.EngineEvent) => void;

interface Builder {
  readonly docker: Docker;
  readonly environment: NodeJS.ProcessEnv;
  readonly report: Report;
  readonly signal: AbortSignal;
}

/**
 * Runs an update whose images are not all on the engine while no other clone of this user builds any. Of
 * two that build one tag at once, each would have its own image, and the tag would be that of the
 * later: the second finds the first's layers in the engine's cache instead, and so the same image.
 *
 * @param update is to tell of the engine's events, so that the next may go on when all is built.
 */
export async function buildAlone<T>(
  { docker, environment, report, signal }: Builder,
  { images }: Pick<DesiredStack, "images">,
  update: (onEvent: OnEvent) => Promise<T>,
): Promise<T> {
  const builds = "kept" in images ? new Map<string, string>() : builtTags(images);
  if ((await missing(docker, builds)).size === 0) return update(() => undefined);
  const directory = join(cacheDirectory(environment), "images");
  mkdirSync(directory, { recursive: true });
  const say = (status: "waiting" | "done", message: string) => {
    report({ phase: "prepare", subject: "builds", status, message });
  };
  let waited = false;
  const onWait = (milliseconds: number) => {
    waited = true;
    say("waiting", `another clone builds images, ${Math.round(milliseconds / 1000)} s`);
  };
  // In an object: a promise that is returned would be waited for, and the lock kept until its end.
  const { updated } = await withToolchainLock(directory, { signal, onWait }, async () => {
    const left = await missing(docker, builds);
    if (waited) say("done", "the other clone has built its images");
    const allBuilt = Promise.withResolvers<undefined>();
    const updated = update((event) => {
      const activity = activityOf(event);
      const isOver = activity?.phase === "images" && activity.status !== "running";
      if (isOver && left.delete(activity.subject) && left.size === 0) allBuilt.resolve(undefined);
    });
    // How it ends is for the caller to hear.
    const ended = Promise.allSettled([updated]);
    if (left.size > 0) await Promise.race([allBuilt.promise, ended]);
    return { updated };
  });
  return updated;
}

/** The tags of our own images, by the name that the engine's events have for each. */
export function builtTags(
  images: Exclude<DesiredStack["images"], { readonly kept: unknown }>,
): Map<string, string> {
  const { base, shared, services, preparations } = images;
  const own = [...shared, ...services.values(), ...preparations.values()].flatMap((image) =>
    isPulled(image) ? [] : [image],
  );
  return new Map([
    ["base", base.tag],
    ...own.map(({ name, tag }): [string, string] => [name, tag]),
  ]);
}

async function missing(docker: Docker, builds: ReadonlyMap<string, string>): Promise<Set<string>> {
  const found = new Set<string>();
  const look = async ([name, tag]: readonly [string, string]) => {
    try {
      await docker.getImage(tag).inspect();
    } catch (error) {
      if (!isMissing(error)) throw error;
      found.add(name);
    }
  };
  await Promise.all([...builds].map(look));
  return found;
}
