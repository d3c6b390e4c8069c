import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";
import { previewMarker } from "../../cli/preview/markdown.ts";
import { scratchFolder } from "../support/scratch-folder.ts";

const script = join(import.meta.dirname, "../../scripts/post-preview.ts");

interface Comment {
  readonly id: number;
  body: string;
  readonly user: { readonly login: string };
}

/** A GitHub that knows one repository with one pull request, #7, and holds its comments. */
function fakeGitHub(comments: Comment[], headSha: string): Server {
  return createServer((request, response) => {
    void answer(request).then(({ status, value }) => {
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify(value));
    });
  });

  async function answer(request: IncomingMessage): Promise<{ status: number; value: unknown }> {
    const url = new URL(request.url ?? "", "http://localhost");
    const path = url.pathname.replace("/repos/owner/stack", "");
    const body = async () => (JSON.parse(await textOf(request)) as { body: string }).body;
    if (request.headers.authorization !== "Bearer the-token") return { status: 401, value: {} };
    if (path === "/pulls") {
      const found = url.searchParams.get("head") === "stranger:branch";
      return { status: 200, value: found ? [{ number: 7, head: { sha: headSha } }] : [] };
    }
    if (path === "/issues/7/comments" && request.method === "GET") {
      const page = Number(url.searchParams.get("page"));
      return { status: 200, value: comments.slice((page - 1) * 100, page * 100) };
    }
    if (path === "/issues/7/comments") {
      comments.push({ id: 1000 + comments.length, body: await body(), user: bot });
      return { status: 201, value: {} };
    }
    const comment = comments.find(({ id }) => path === `/issues/comments/${id}`);
    if (!comment) return { status: 404, value: {} };
    comment.body = await body();
    return { status: 200, value: {} };
  }
}

const bot = { login: "github-actions[bot]" };

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

describe("the poster of a preview", () => {
  const folder = scratchFolder();
  const headSha = "c0ffee0000000000000000000000000000000000";
  let server: Server | undefined;
  afterEach(() => server?.close());

  async function post(text: string, comments: Comment[], sha = headSha): Promise<void> {
    const file = join(folder.path, "preview.md");
    writeFileSync(file, text);
    server = fakeGitHub(comments, headSha);
    const listening = server;
    await new Promise<void>((resolve) => listening.listen(0, "127.0.0.1", resolve));
    const { port } = listening.address() as AddressInfo;
    const env = {
      PATH: process.env["PATH"],
      GITHUB_API_URL: `http://127.0.0.1:${port}`,
      GITHUB_REPOSITORY: "owner/stack",
      GITHUB_TOKEN: "the-token",
      HEAD_OWNER: "stranger",
      HEAD_BRANCH: "branch",
      HEAD_SHA: sha,
    };
    await promisify(execFile)(process.execPath, [script, file], { env });
    listening.close();
  }

  it("writes one comment and renews that one afterwards", async () => {
    const comments: Comment[] = [];

    await post("first", comments);
    await post("second", comments);

    expect(comments).to.have.length(1);
    expect(comments[0]?.body).to.include("second").and.not.include("first");
    expect(comments[0]?.body.startsWith(previewMarker)).to.equal(true);
  });

  it("finds its comment behind a hundred others, and leaves another's with the marker alone", async () => {
    const others = Array.from({ length: 120 }, (_, id) => ({
      id,
      body: `${previewMarker} not the bot's`,
      user: { login: "stranger" },
    }));
    const own = { id: 500, body: `${previewMarker}\nold`, user: bot };
    const comments = [...others, own];

    await post("new", comments);

    expect(comments).to.have.length(121);
    expect(own.body).to.include("new");
    expect(others.every(({ body }) => body.endsWith("not the bot's"))).to.equal(true);
  });

  it("says nothing where the branch has moved on", async () => {
    const comments: Comment[] = [];

    await post("late", comments, "deadbeef00000000000000000000000000000000");

    expect(comments).to.deep.equal([]);
  });

  it("mentions nobody, hides nothing and says whose words they are", async () => {
    const comments: Comment[] = [];

    await post("hello @everyone <!-- hidden -->\n@@ -1 +1 @@", comments);

    const body = comments[0]?.body ?? "";
    expect(body).not.to.include("@everyone");
    expect(body).not.to.include("hidden");
    expect(body).to.include("@@ -1 +1 @@");
    expect(body).to.include("this pull request's own code, at c0ffee0");
  });

  it("stays below GitHub's limit, its own last line included", async () => {
    const comments: Comment[] = [];

    await post("x".repeat(200_000), comments);

    const body = comments[0]?.body ?? "";
    expect(body.length).to.be.at.most(65_000);
    expect(body).to.include("own code");
  });
});
