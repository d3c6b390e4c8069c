import type { CommandContext } from "../command-line/command.ts";
import { gitIn } from "./git.ts";
import {
  describePullRequest,
  openPullRequest,
  type PullRequest,
  type PullRequestOptions,
} from "./pull-request.ts";

/** A pull request, opened or ready to be. */
export interface Proposal extends PullRequest {
  /** Its address; undefined where GitHub's `gh` is not installed. */
  readonly url: string | undefined;
}

export async function proposeBranch(
  { root, environment }: CommandContext,
  options: PullRequestOptions,
): Promise<Proposal> {
  const request = await describePullRequest(root, gitIn(root, environment), options);
  return { ...request, url: await openPullRequest(root, request, environment) };
}

export function describeProposal({ url, body, gh }: Proposal): string {
  if (url !== undefined) return `Opened: ${url}`;
  const words = gh.map((word) => (/^[\w./-]+$/.test(word) ? word : JSON.stringify(word)));
  return [
    "GitHub's gh is not installed. With it, this opens the pull request:",
    `  gh ${words.join(" ")} --body-file FILE`,
    "Its text:",
    "",
    body,
  ].join("\n");
}
