import type { DesiredStack } from "../../infra/desired-stack.ts";
import { isPulled } from "../../infra/image-plan.ts";
import { isMirrored } from "../../infra/images/registry-images.ts";
import { StackError } from "../../infra/stack-error.ts";
import { buildFailure, buildLogPath } from "../docker/build-log.ts";
import { serviceError } from "../diagnosis/service-error.ts";
import { moreMemoryRemedy } from "../diagnosis/recogniser.ts";
import { EngineFailure } from "../pulumi/engine-failure.ts";
import { subjectOf } from "../pulumi/engine-events.ts";
import { resourceName } from "../pulumi/stack-state.ts";
import { registryError } from "../docker/images/registry-error.ts";
import { registryFailure } from "../docker/images/registry-failure.ts";
import { portSettingOf } from "../../infra/services/endpoints.ts";
import { PortTakenError } from "../ports/port-plan.ts";
import type { UpdateWatch } from "./watch-update.ts";
import { fromClone, type Workspace } from "../os/workspace.ts";
import { memorySize } from "../output/memory-size.ts";

/** The error that a user sees after a failed update: its cause, not the engine's transcript. */
export function updateError(failed: {
  error: unknown;
  watch: UpdateWatch;
  errors: ReadonlyMap<string, string[]>;
  desired: DesiredStack;
  workspace: Workspace;
}): unknown {
  const { error, watch, errors, desired, workspace } = failed;
  const isKnown = error instanceof StackError && !(error instanceof EngineFailure);
  if (isKnown) return error;
  const [first] = watch.failures;
  const all = [...errors.values()].flat();
  if (!first && all.some((message) => engineAway.test(message))) return engineError(all, error);
  if (first) return serviceError(first.evidence, desired, workspace, error);
  for (const [urn, messages] of errors) {
    const type = urn.split("::")[2]?.split("$").at(-1) ?? "";
    const subject = subjectOf(type, resourceName(urn));
    if (subject?.phase === "images") {
      const reference = pulledReference(desired, subject.subject);
      return reference === undefined
        ? imageError(subject.subject, messages, workspace, error)
        : pullError(subject.subject, reference, messages);
    }
    if (subject) {
      return preparationError(messages, error) ?? resourceError(subject.subject, messages, error);
    }
  }
  return all.length > 0 ? resourceError("the stack", all, error) : error;
}

/** Docker's own client, in the words of its versions. */
const engineAway =
  /Cannot connect to the Docker daemon|failed to connect to the docker API|error during connect|dial unix \S+: connect:/i;

function engineError(messages: readonly string[], cause: unknown): StackError {
  return new StackError("Docker stopped answering in the middle of the update.", {
    details: messages.flatMap((message) => message.split("\n")).slice(-3),
    remedy:
      "See that Docker runs (./stack doctor), and run ./stack up again: it takes up from here, and " +
      "data stays in its volumes.",
    cause,
  });
}

/** What a service's image is pulled as; undefined where it is built here. */
function pulledReference({ images }: DesiredStack, service: string): string | undefined {
  if ("kept" in images) return undefined;
  const image = images.services.get(service);
  return image && isPulled(image) ? image.reference : undefined;
}

/** Pulumi's provider pulls only what went missing since the command pulled it. */
function pullError(service: string, reference: string, messages: readonly string[]): StackError {
  const failure = registryFailure(new Error(messages.join("\n")));
  const failed = { reference, isMirrored: isMirrored(reference), failure };
  const options = { canBuild: false };
  return registryError(`The image of ${service} could not be pulled`, failed, options);
}

function imageError(
  image: string,
  messages: readonly string[],
  workspace: Workspace,
  cause: unknown,
): StackError {
  const log = buildFailure(workspace.logs, image);
  const path = fromClone(buildLogPath(workspace.logs, image), workspace);
  return new StackError(`The image of ${image} could not be built.`, {
    details: log.length > 0 ? log : messages.flatMap((message) => message.split("\n")),
    remedy: `Fix the cause above and run ./stack up again. The whole log: ${path}`,
    cause,
  });
}

/** A preparation says itself what is wrong, and what to do about it. */
function preparationError(messages: readonly string[], cause: unknown): StackError | undefined {
  const lines = messages.flatMap((message) => message.split("\n"));
  const after = (mark: string) => lines.find((line) => line.startsWith(mark))?.slice(mark.length);
  const [message, remedy] = [after("error: "), after("remedy: ")];
  return message && remedy ? new StackError(message, { remedy, cause }) : undefined;
}

function resourceError(subject: string, messages: readonly string[], cause: unknown): StackError {
  const lines = messages.flatMap((message) => message.split("\n")).filter((line) => line !== "");
  const [port] = lines.flatMap((line) => /(?:127\.0\.0\.1|0\.0\.0\.0):(\d+)/.exec(line)?.[1] ?? []);
  const taken = port !== undefined && lines.some((line) => /already (allocated|in use)/.test(line));
  if (taken) {
    return new PortTakenError(
      `${subject} can't have port ${port}: it is in use by another process.`,
      {
        ports: [Number(port)],
        remedy: `Stop what listens on ${port}, or set ${portSettingOf(subject)} in .env, and run ./stack up again.`,
        cause,
      },
    );
  }
  const [, limit, used] = lines.flatMap((line) => memoryInUse.exec(line) ?? []);
  if (limit !== undefined && used !== undefined) {
    return new StackError(
      `${subject} needs more memory than its limit of ${memorySize(Number(limit), "MiB")}: it uses ${memorySize(Number(used), "MiB")} now.`,
      { remedy: moreMemoryRemedy(subject), cause },
    );
  }
  return new StackError(`${subject} could not be brought up.`, {
    details: lines.slice(-15),
    remedy: "Fix the cause above and run ./stack up again; --debug shows the engine's own words.",
    cause,
  });
}

/** The kernel's control groups of version 1 refuse a limit below what is used; version 2 kills instead. */
const memoryInUse = /unable to set memory limit to (\d+) \(current usage: (\d+)/;
