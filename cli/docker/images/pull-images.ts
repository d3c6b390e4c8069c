import { setTimeout as delay } from "node:timers/promises";
import type Docker from "dockerode";
import { type ImagePlan, publishedReferences } from "../../../infra/image-plan.ts";
import { isMirrored } from "../../../infra/images/registry-images.ts";
import { imageLocation } from "../../../infra/images/registry-mirror.ts";
import { StackError } from "../../../infra/stack-error.ts";
import type { Activity, Report } from "../../output/activity.ts";
import { isMissing } from "../docker-client.ts";
import { mapFew } from "../../os/map-few.ts";
import { exitCodes } from "../../os/exit-codes.ts";
import { bytes } from "../../output/bytes.ts";
import { pullImage } from "./pull-image.ts";
import { PullProgress } from "./pull-progress.ts";
import { type FoundLogin, loginFor } from "./registry-credentials.ts";
import { registryError } from "./registry-error.ts";
import { registryFailure, waitBeforeRetry } from "./registry-failure.ts";

export interface PullAllOptions {
  readonly docker: Docker;
  /** Where Docker's own command finds the user's logins. */
  readonly environment: NodeJS.ProcessEnv;
  readonly report: Report;
  readonly signal: AbortSignal;
  /** Whether IMAGE_SOURCE=build is a way out where an image can't be pulled. */
  readonly canBuild: boolean;
  readonly stallMilliseconds?: number;
}

/** The engine itself fetches three layers at a time. */
const atOnce = 3;
const mostAttempts = 3;
const reportEveryMilliseconds = 1000;
const usualStallMilliseconds = 5 * 60_000;

/**
 * Pulls what the plan needs and this machine lacks, with the user's logins and visible progress.
 *
 * It runs before Pulumi's engine does, whose provider pulls without a login, shows nothing, gives up
 * after its own timeout, and finds what is here already.
 *
 * @throws StackError for the first image that can't be pulled; the other pulls are stopped.
 */
export async function pullImages(plan: ImagePlan, options: PullAllOptions): Promise<void> {
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  const login = rememberedLogins(options);
  const missing: { name: string; reference: string }[] = [];
  for (const [name, reference] of publishedReferences(plan)) {
    if (!(await isHere(options.docker, reference))) missing.push({ name, reference });
    else options.report(activity(name, "unchanged", "already there"));
  }
  try {
    await mapFew(atOnce, missing, async ({ name, reference }) => {
      signal.throwIfAborted();
      try {
        await pullWithRetries(name, reference, await login(reference), { ...options, signal });
      } catch (error) {
        stop.abort();
        throw error;
      }
    });
  } catch (error) {
    if (options.signal.aborted) throw interruptedError();
    throw error;
  }
}

async function isHere(docker: Docker, reference: string): Promise<boolean> {
  try {
    await docker.getImage(reference).inspect();
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

async function pullWithRetries(
  name: string,
  reference: string,
  { credentials }: FoundLogin,
  options: PullAllOptions,
): Promise<void> {
  const { docker, report, signal, canBuild } = options;
  const stallMilliseconds = options.stallMilliseconds ?? usualStallMilliseconds;
  for (let attempt = 1; ; attempt += 1) {
    const progress = new PullProgress();
    const onProgress = atMostEvery(reportEveryMilliseconds, () => {
      report(activity(name, "running", progress.describe()));
    });
    report(activity(name, "running", `pulling ${reference}`));
    try {
      await pullImage(docker, reference, {
        ...{ credentials, signal, stallMilliseconds, progress, onProgress },
      });
      if (!(await isHere(docker, reference))) throw new Error("the pull was aborted");
      const size = progress.received === 0 ? "" : `, ${bytes(progress.received)}`;
      report(activity(name, "done", `pulled${size}`));
      return;
    } catch (error) {
      signal.throwIfAborted();
      const failure = registryFailure(error);
      const wait = waitBeforeRetry(failure, attempt);
      // The engine has begun broken layers five times again by then.
      if (wait === undefined || attempt === mostAttempts || progress.engineRetried) {
        report(activity(name, "failed", failure.words));
        const what = `The image of ${name} could not be pulled`;
        const failed = { reference, isMirrored: isMirrored(reference), failure };
        throw registryError(what, failed, { canBuild });
      }
      const seconds = Math.ceil(wait / 1000);
      report(activity(name, "running", `${failure.words}; again in ${seconds} s`));
      await delay(wait, undefined, { signal });
    }
  }
}

/** One question for each registry, however many of its images are pulled. */
function rememberedLogins({
  environment,
  report,
}: PullAllOptions): (reference: string) => Promise<FoundLogin> {
  const logins = new Map<string, Promise<FoundLogin>>();
  return (reference) => {
    const { registry } = imageLocation(reference);
    const known = logins.get(registry);
    if (known) return known;
    const asked = loginFor(registry, environment).then((login) => {
      if (login.problem !== undefined) {
        report(activity(registry, "warning", `${login.problem}: pulling without it`));
      }
      return login;
    });
    logins.set(registry, asked);
    return asked;
  };
}

function activity(subject: string, status: Activity["status"], message: string): Activity {
  return { phase: "images", subject, status, message };
}

function atMostEvery(milliseconds: number, action: () => void): () => void {
  let last = 0;
  return () => {
    if (Date.now() - last < milliseconds) return;
    last = Date.now();
    action();
  };
}

function interruptedError(): StackError {
  return new StackError("Interrupted: nothing is being pulled any more.", {
    remedy: "Run ./stack up again: layers that have arrived are kept.",
    exitCode: exitCodes.interrupted,
  });
}
