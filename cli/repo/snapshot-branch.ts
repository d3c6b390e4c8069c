import { StackError } from "../../infra/stack-error.ts";
import { exitCodes } from "../os/exit-codes.ts";

/** Branches that are never committed to directly. */
const guarded = ["main", "master"];

/**
 * The branch for a snapshot: the one that is asked for, else the present one, else a new feature
 * branch where the present one is `main` or none.
 *
 * @throws StackError where `main` is asked for.
 */
export function snapshotBranch(
  current: string,
  asked: string | undefined,
  message: string,
  now: Date,
): string {
  if (asked !== undefined) {
    requireUnguarded(
      asked,
      "Name another branch with --branch, or none: a feature branch is made.",
    );
    return asked;
  }
  if (current !== "" && !guarded.includes(current)) return current;
  const time = now.toISOString().slice(0, 19).replaceAll(/[-:]/g, "").replace("T", "-");
  return `feature/${slug(message)}-${time}`;
}

/** For a command that takes the branch that is checked out. */
export const switchFirst =
  "Create a branch for your commits first: git switch --create feature/NAME";

export function requireUnguarded(branch: string, remedy: string): void {
  if (!guarded.includes(branch)) return;
  throw new StackError(`${branch} takes changes by pull request only.`, {
    remedy,
    exitCode: exitCodes.usage,
  });
}

function slug(message: string): string {
  const [subject = ""] = message.split("\n");
  const words = subject.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
  return words.replaceAll(/^-|-$/g, "").slice(0, 40).replace(/-$/, "") || "snapshot";
}
