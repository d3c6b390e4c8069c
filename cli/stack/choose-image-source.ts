import { setTimeout as delay } from "node:timers/promises";
import type Docker from "dockerode";
import { onePerRegistry } from "../../infra/images/registry-images.ts";
import {
  imageLocation,
  mirroredReference,
  type RegistryMirrors,
} from "../../infra/images/registry-mirror.ts";
import { StackError } from "../../infra/stack-error.ts";
import { remoteDigest } from "../docker/remote-digest.ts";
import { exitCodes } from "../os/exit-codes.ts";
import {
  decideSource,
  type ImageSourceChoice,
  type RegistryAnswer,
} from "../docker/images/decide-source.ts";
import { loginFor } from "../docker/images/registry-credentials.ts";
import { registryFailure, waitBeforeRetry } from "../docker/images/registry-failure.ts";
import { dataFormatOf, type DataVolume } from "./data-formats.ts";

export interface SourceQuestion {
  readonly docker: Docker;
  readonly volumes: readonly DataVolume[];
  readonly mirrors: RegistryMirrors;
  /** Where Docker's own command finds the user's logins. */
  readonly environment: NodeJS.ProcessEnv;
  readonly canBuild: boolean;
  readonly signal: AbortSignal;
}

/** How long a registry may take to answer one small question. */
const patienceMilliseconds = 15_000;
/** A registry that stumbles is asked again within this time of the first question. */
const retryWithinMilliseconds = 20_000;

/**
 * Decides where a stack's images come from, once; the caller writes it down.
 *
 * Data that is there already decides: the other source's engine could not read it. Otherwise every
 * registry that the stack pulls from is asked for one of its images.
 *
 * @returns with `isFromData` where nothing was asked.
 * @throws StackError where the answers leave it open.
 */
export async function chooseImageSource(
  question: SourceQuestion,
): Promise<ImageSourceChoice & { readonly isFromData: boolean }> {
  const data = question.volumes.map(dataFormatOf);
  const reason = "its data is from there";
  if (data.includes("qdrant-edge")) return { source: "build", reason, isFromData: true };
  if (data.includes("qdrant-1")) return { source: "registry", reason, isFromData: true };
  const answers = await askRegistries(question);
  const choice = decideSource(answers, question.canBuild);
  if (choice instanceof StackError) throw choice;
  return { ...choice, isFromData: false };
}

async function askRegistries(question: SourceQuestion): Promise<RegistryAnswer[]> {
  const asked = onePerRegistry().map((reference) => askFor(reference, question));
  try {
    return await Promise.all(asked);
  } catch (error) {
    if (!question.signal.aborted) throw error;
    throw new StackError("Interrupted: where images come from is not decided yet.", {
      remedy: "Run ./stack up again.",
      exitCode: exitCodes.interrupted,
    });
  }
}

async function askFor(
  published: string,
  { docker, mirrors, environment, signal }: SourceQuestion,
): Promise<RegistryAnswer> {
  const reference = mirroredReference(published, mirrors);
  const { credentials } = await loginFor(imageLocation(reference).registry, environment);
  const question = { credentials, patienceMilliseconds, signal };
  const started = Date.now();
  for (let attempt = 1; ; attempt += 1) {
    const failure = await remoteDigest(docker, reference, question).then(
      () => undefined,
      (error: unknown) => registryFailure(error),
    );
    signal.throwIfAborted();
    const wait = failure && waitBeforeRetry(failure, attempt);
    if (wait === undefined || Date.now() - started + wait > retryWithinMilliseconds) {
      return { reference, isMirrored: reference !== published, failure };
    }
    await delay(wait, undefined, { signal });
  }
}
