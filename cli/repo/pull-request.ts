import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { StackError } from "../../infra/stack-error.ts";
import type { Git } from "./git.ts";
import { requireUnguarded, switchFirst } from "./snapshot-branch.ts";

export interface PullRequestOptions {
  readonly base: string;
  readonly draft: boolean;
  readonly title: string | undefined;
  readonly body: string | undefined;
}

export interface PullRequest {
  readonly title: string;
  readonly body: string;
  /** The words behind `gh` that open it, but for the body. */
  readonly gh: readonly string[];
}

const template = ".github/pull_request_template.md";

/** Title and body of the present branch's pull request: its commits above the checklist. */
export async function describePullRequest(
  root: string,
  git: Git,
  { base, draft, title, body }: PullRequestOptions,
): Promise<PullRequest> {
  const branch = await git("branch", "--show-current");
  requireUnguarded(branch, switchFirst);
  const subjects = (await git("log", "--reverse", "--format=%s", `${base}..HEAD`)).split("\n");
  const own = subjects.filter((subject) => subject !== "");
  if (own.length === 0) {
    throw new StackError(`${branch} has nothing that ${base} has not.`, {
      remedy: "Commit first: ./stack repo save",
    });
  }
  const chosen = title ?? own.at(-1) ?? branch;
  const options = ["--base", base, "--head", branch, "--title", chosen];
  return {
    title: chosen,
    body: body ?? withCommits(readFileSync(join(root, template), "utf8"), own),
    gh: ["pr", "create", ...options, ...(draft ? ["--draft"] : [])],
  };
}

/** The template with the branch's commits under its first heading. */
function withCommits(text: string, subjects: readonly string[]): string {
  const [first = "", ...rest] = text.split("\n");
  return [first, "", ...subjects.map((subject) => `- ${subject}`), ...rest].join("\n");
}

/**
 * Hands the pull request to GitHub's `gh`.
 *
 * @returns its address; undefined where `gh` is not installed.
 */
export async function openPullRequest(
  root: string,
  { gh, body }: PullRequest,
  environment: NodeJS.ProcessEnv,
): Promise<string | undefined> {
  try {
    const options = { cwd: root, env: environment };
    const { stdout } = await promisify(execFile)("gh", [...gh, "--body", body], options);
    return stdout.trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    const { stderr } = error as { stderr?: string };
    throw new StackError("gh could not open the pull request.", {
      details: (stderr ?? "").split("\n").filter((line) => line !== ""),
      remedy: "Fix what gh says above (gh auth status), and run ./stack repo pr again.",
      cause: error,
    });
  }
}
