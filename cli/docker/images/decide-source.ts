import { imageLocation } from "../../../infra/images/registry-mirror.ts";
import type { StackError } from "../../../infra/stack-error.ts";
import { registryError } from "./registry-error.ts";
import type { RegistryFailure } from "./registry-failure.ts";

/** What one registry said when it was asked for an image of the stack. */
export interface RegistryAnswer {
  /** As it was asked for, behind the mirror where there is one. */
  readonly reference: string;
  readonly isMirrored: boolean;
  /** Why it gave none; undefined where it has the image. */
  readonly failure: RegistryFailure | undefined;
}

export interface ImageSourceChoice {
  readonly source: "registry" | "build";
  /** For the user: what decided it. */
  readonly reason: string;
}

/**
 * Where images come from, by what the registries said; pure.
 *
 * Only a clear answer decides. All of them have the image: they are pulled. None of them can be
 * reached: this is a closed network, and what can be built is built. A mirror that cannot be reached
 * is not a closed network: whoever named it wants it used. Everything else may be different in a
 * minute, or after a login, and is an error.
 */
export function decideSource(
  answers: readonly RegistryAnswer[],
  canBuild: boolean,
): ImageSourceChoice | StackError {
  const failed = answers.filter((answer): answer is FailedAnswer => answer.failure !== undefined);
  const [first] = failed;
  if (!first) return { source: "registry", reason: `${namesOf(answers)} answered` };
  const isClosed =
    failed.length === answers.length &&
    failed.every(({ isMirrored, failure }) => !isMirrored && failure.kind === "unreachable");
  if (isClosed && canBuild) {
    return { source: "build", reason: `no registry can be reached: ${first.failure.words}` };
  }
  // What is not only away says more.
  const telling = failed.find(({ failure }) => failure.kind !== "unreachable") ?? first;
  const what = "Where images come from can't be decided yet";
  return registryError(what, telling, { canBuild });
}

type FailedAnswer = RegistryAnswer & { readonly failure: RegistryFailure };

function namesOf(answers: readonly RegistryAnswer[]): string {
  const registries = new Set(answers.map(({ reference }) => imageLocation(reference).registry));
  return [...registries].join(" and ");
}
