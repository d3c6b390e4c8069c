import { execFileSync } from "node:child_process";
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { postToAgent, queryAgentDatabase } from "../support/agent-calls.ts";
import { isRemembered, pointsOf } from "../support/remembered.ts";
import { serviceNames } from "../support/service-names.ts";
import type { CommandResult } from "../support/run-to-end.ts";
import { jsonLines, resultOf, runStack, systemStack } from "../support/system-stack.ts";

// docs/upgrades.md, executed: what it says of going to a new version and back is what happens here.

/** What version N+1 adds: it changes what is there and adds to it, as migrations of ours do. */
const migration = "9001_upgrade_test";
const migrationText = `-- Up Migration
ALTER TABLE conversations ADD COLUMN upgraded text NOT NULL DEFAULT 'later';
UPDATE conversations SET upgraded = 'by the migration';
`;

function git(...words: string[]): string {
  const identity = ["-c", "user.name=test", "-c", "user.email=test@localhost"];
  const options = { cwd: systemStack().clone, encoding: "utf8" } as const;
  return execFileSync("git", [...identity, ...words], options).trim();
}

function commitAll(message: string): string {
  git("add", "--all");
  git("commit", "--quiet", "--allow-empty", "--message", message);
  return git("rev-parse", "HEAD");
}

function ids(): Map<string, string> {
  return new Map(serviceNames.map((name) => [name, systemStack().containerId(name)]));
}

function replacedSince(before: ReadonlyMap<string, string>): string[] {
  const now = ids();
  return serviceNames.filter((name) => now.get(name) !== before.get(name));
}

async function succeeding(...words: string[]): Promise<CommandResult> {
  const result = await systemStack().stack(...words);
  expect(result.exitCode, result.stdout + result.stderr).to.equal(0);
  return result;
}

async function say(prompt: string): Promise<string> {
  const response = await postToAgent("/v1/agent", { prompt });
  expect(response.status).to.equal(200);
  return ((await response.json()) as { conversation_id: string }).conversation_id;
}

async function conversation(id: string): Promise<string> {
  const response = await fetch(`${systemStack().url("agent")}/v1/conversations/${id}`);
  expect(response.status).to.equal(200);
  return response.text();
}

const newestMigration = () =>
  queryAgentDatabase("SELECT name FROM schema_migrations ORDER BY id DESC LIMIT 1");

describe("an upgrade", () => {
  let old: string;
  let next: string;
  let branch: string;
  let told: string;
  let points: number;
  let migrationBefore: string;
  before(async () => {
    const { clone } = systemStack();
    branch = git("rev-parse", "--abbrev-ref", "HEAD");
    old = commitAll("version N");
    await succeeding("up", "--yes", "--json");
    told = await say("Remember that my boat is called the Curious Heron.");
    // The answer too, which is embedded after the question.
    await isRemembered(told, 60_000);
    points = await pointsOf(told);
    migrationBefore = newestMigration();
    writeFileSync(join(clone, `agent/migrations/${migration}.sql`), migrationText);
    appendFileSync(join(clone, "infra/services/searxng/Dockerfile"), "LABEL version=next\n");
    next = commitAll("version N+1");
  });
  after(async () => {
    git("checkout", "--quiet", "-B", branch, old);
    await succeeding("up", "--yes", "--json");
    queryAgentDatabase("ALTER TABLE conversations DROP COLUMN IF EXISTS upgraded");
    queryAgentDatabase(`DELETE FROM schema_migrations WHERE name = '${migration}'`);
  });

  it("is previewed against the old version without Docker, and against what runs", async () => {
    const nowhere = { DOCKER_HOST: "unix:///nowhere/docker.sock" };
    const words = ["preview", "--against", old, "--json"];
    const trees = await runStack(systemStack().clone, words, nowhere, "dev");
    const live = await succeeding("preview", "--json");

    expect(trees.exitCode, trees.stdout + trees.stderr).to.equal(0);
    for (const { stdout } of [trees, live]) {
      const changes = resultOf(stdout)["changes"] as { subject: string; level: string }[];
      expect(changes.map(({ subject }) => subject)).to.include.members(["agent", "searxng"]);
      expect(changes.filter(({ level }) => level === "data")).to.deep.equal([]);
    }
    expect(trees.stdout).to.include(`migrations/${migration}.sql`);
  });

  it("keeps the data, migrates it, replaces only what differs, and leaves nothing to do", async () => {
    const { clone, stack } = systemStack();
    const path = join(clone, ".env.test");
    const settings = readFileSync(path, "utf8");
    // A setting that the new version no longer has.
    writeFileSync(path, `${settings}SETTING_OF_THE_OLD_VERSION=1\n`);
    const before = ids();

    const up = await stack("up", "--yes", "--json", "--verify");
    writeFileSync(path, settings);

    expect(up.exitCode, up.stdout + up.stderr).to.equal(0);
    expect(resultOf(up.stdout)["outcome"]).to.equal("updated");
    const warnings = jsonLines(up.stdout).filter(({ status }) => status === "warning");
    expect(JSON.stringify(warnings)).to.include("SETTING_OF_THE_OLD_VERSION");
    expect(replacedSince(before)).to.have.members(["agent", "searxng"]);
    expect(newestMigration()).to.equal(migration);
    expect(queryAgentDatabase(`SELECT upgraded FROM conversations WHERE id = '${told}'`)).to.equal(
      "by the migration",
    );
    expect(await conversation(told)).to.include("Curious Heron");
    expect(await pointsOf(told)).to.equal(points);
    const again = await succeeding("up", "--yes", "--json");
    expect(resultOf(again.stdout)["outcome"]).to.equal("unchanged");
    const { stdout } = await succeeding("db", "status", "--json");
    expect(resultOf(stdout)["database"]).to.include({ migration });
  });

  it("is undone by rollback: the old agent works on the tables of the new one", async () => {
    const before = ids();

    const back = await succeeding("rollback", "--yes", "--json");

    expect(resultOf(back.stdout)["outcome"]).to.equal("updated");
    expect(replacedSince(before)).to.have.members(["agent", "searxng"]);
    expect(await conversation(told)).to.include("Curious Heron");
    const later = await say("This is said to the old agent.");
    expect(await conversation(later)).to.include("said to the old agent");
    // Migrated tables stay migrated.
    expect(newestMigration()).to.equal(migration);
    expect(queryAgentDatabase(`SELECT upgraded FROM conversations WHERE id = '${later}'`)).to.equal(
      "later",
    );
  });

  it("is undone for good by the old commit and up, from images that are there", async () => {
    git("checkout", "--quiet", old);

    const up = await systemStack().stack("up", "--yes", "--json", "--verify");

    expect(up.exitCode, up.stdout + up.stderr).to.equal(0);
    const { exitCode } = await systemStack().stack("db", "migrate");
    expect(exitCode).to.equal(0);
    expect(await conversation(told)).to.include("Curious Heron");
  });

  it("is done a second time from there, its migration not run again", async () => {
    git("checkout", "--quiet", next);
    const runs = () =>
      queryAgentDatabase(`SELECT count(*) FROM schema_migrations WHERE name = '${migration}'`);

    await succeeding("up", "--yes", "--json", "--verify");

    expect(runs()).to.equal("1");
    expect(migrationBefore).not.to.equal(migration);
    expect(await conversation(told)).to.include("Curious Heron");
    const health = await systemStack().stack("health");
    expect(health.exitCode, health.stdout).to.equal(0);
  });
});
