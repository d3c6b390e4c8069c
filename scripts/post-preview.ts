import { readFileSync } from "node:fs";
import { previewMarker } from "../cli/preview/markdown.ts";

// Keeps the one preview comment of a pull request current; .github/workflows/preview-comment.yml runs
// it. The text in the file was made by the pull request's own code, so it is taken for a stranger's.
const { env } = process;
const repository = `${required("GITHUB_API_URL")}/repos/${required("GITHUB_REPOSITORY")}`;
const bot = "github-actions[bot]";
/** GitHub's own limit is 65536. */
const longest = 65_000;

interface PullRequest {
  readonly number: number;
  readonly head: { readonly sha: string };
}

interface Comment {
  readonly id: number;
  readonly body: string;
  readonly user: { readonly login: string };
}

const pullRequest = await findPullRequest();
if (pullRequest) await post(pullRequest, commentOf(readFileSync(required("FILE", 2), "utf8")));
else console.log("No open pull request has this commit any more: nothing to say.");

/** The event of a fork names no pull request: it is the open one of that branch, at that commit. */
async function findPullRequest(): Promise<number | undefined> {
  const head = encodeURIComponent(`${required("HEAD_OWNER")}:${required("HEAD_BRANCH")}`);
  const open = (await call("GET", `/pulls?state=open&head=${head}`)) as PullRequest[];
  return open.find((candidate) => candidate.head.sha === required("HEAD_SHA"))?.number;
}

/** Says whose words follow, notifies nobody, and is never too long. */
function commentOf(text: string): string {
  const source = `<sub>Said by this pull request's own code, at ${required("HEAD_SHA").slice(0, 7)}.</sub>`;
  const harmless = text
    .replaceAll(/<!--[\s\S]*?-->/g, "")
    .replaceAll(/@(?=[A-Za-z0-9])/g, "@\u200b")
    .trim();
  return `${previewMarker}\n${harmless}`.slice(0, longest - source.length - 2) + `\n\n${source}`;
}

async function post(issue: number, body: string): Promise<void> {
  const existing = await findComment(issue);
  if (existing === undefined) await call("POST", `/issues/${issue}/comments`, { body });
  else await call("PATCH", `/issues/comments/${existing}`, { body });
  console.log(`${existing === undefined ? "Wrote" : "Renewed"} the comment on #${issue}.`);
}

/** Our own comment: others may write the marker too. */
async function findComment(issue: number): Promise<number | undefined> {
  for (let page = 1; ; page += 1) {
    const path = `/issues/${issue}/comments?per_page=100&page=${page}`;
    const comments = (await call("GET", path)) as Comment[];
    const own = comments.find(
      ({ body, user }) => user.login === bot && body.startsWith(previewMarker),
    );
    if (own || comments.length < 100) return own?.id;
  }
}

async function call(method: string, path: string, body?: object): Promise<unknown> {
  const response = await fetch(`${repository}${path}`, {
    method,
    headers: {
      accept: "application/vnd.github+json",
      authorization: `Bearer ${required("GITHUB_TOKEN")}`,
      "content-type": "application/json",
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  if (!response.ok) {
    throw new Error(`GitHub answered ${response.status} to ${method} ${path.split("?")[0] ?? ""}.`);
  }
  return response.json();
}

function required(name: string, argument?: number): string {
  const value = argument === undefined ? env[name] : process.argv[argument];
  if (!value) throw new Error(`${name} is missing.`);
  return value;
}
