import { execFile, execFileSync } from "node:child_process";
import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";
import type { Change } from "../../cli/preview/change.ts";
import { resultOf, scratchClone } from "../support/system-stack.ts";

const repository = join(import.meta.dirname, "../..");

/** Its own service, with a volume: what a pull request might add. */
const cacheService = `
import type { ServiceSpec } from "../../service.ts";
import { embeddings } from "../embeddings/service.ts";
import type { Settings } from "../../settings/definitions.ts";

export function cache(settings: Settings): ServiceSpec {
  return {
    ...embeddings(settings),
    name: "cache",
    summary: "keeps answers",
    mounts: [{ volume: "data", path: "/data", dataFormat: "cache-1" }],
  };
}
`;

interface Edit {
  readonly file: string;
  readonly from: string | RegExp;
  readonly to: string;
}

const edits: readonly Edit[] = [
  // An environment variable.
  { file: "infra/services/qdrant/service.ts", from: "TZ:", to: 'QDRANT_EXTRA: "1",\n      TZ:' },
  // A port.
  {
    file: "Pulumi.dev.yaml",
    from: "timezone: UTC",
    to: "timezone: UTC\n  agent-stack:agentPort: 8001",
  },
  // A configuration file.
  { file: "infra/services/litellm/config.yaml", from: "num_retries: 1", to: "num_retries: 2" },
  // A limit.
  {
    file: "infra/services/postgres/service.ts",
    from: /memoryMegabytes: (\d+)/,
    to: "memoryMegabytes: 1$1",
  },
  // A service.
  {
    file: "infra/services/index.ts",
    from: "const services: ",
    to: 'import { cache } from "./cache/service.ts";\nconst services: ',
  },
  { file: "infra/services/index.ts", from: "  postgres,\n", to: "  cache,\n  postgres,\n" },
];

describe("preview --against", () => {
  let clone: string;
  const git = (...words: string[]) =>
    execFileSync("git", ["-c", "user.name=test", "-c", "user.email=test@localhost", ...words], {
      cwd: clone,
      encoding: "utf8",
    });

  before(() => {
    clone = scratchClone();
    symlinkSync(join(repository, "node_modules"), join(clone, "node_modules"));
    // .gitignore means the folder only.
    appendFileSync(join(clone, ".git/info/exclude"), "node_modules\n");
    git("branch", "base");
  });
  after(() => {
    rmSync(clone, { recursive: true, force: true });
  });

  async function preview(...words: string[]): Promise<{ stdout: string; stderr: string }> {
    // No Docker to be found, and a key in the environment that must stay out of it all.
    const env = {
      ...process.env,
      DOCKER_HOST: "tcp://127.0.0.1:1",
      OPENROUTER_API_KEY: "canary-5c1d77",
      LITELLM_PORT: "4999",
    };
    const command = ["--disable-warning=ExperimentalWarning", "cli/main.ts", "preview", ...words];
    return promisify(execFile)(process.execPath, command, { cwd: clone, env });
  }

  async function changes(ref: string): Promise<Change[]> {
    const { stdout } = await preview("--against", ref, "--json");
    return resultOf(stdout)["changes"] as Change[];
  }

  const worded = (list: readonly Change[]) =>
    list.map(({ level, action, subject, reasons }) =>
      [level, action, subject, ...reasons].join(" | "),
    );

  it("finds nothing where nothing differs, whatever the environment and .env say", async () => {
    writeFileSync(join(clone, ".env"), "AGENT_PORT=9999\nLITELLM_MASTER_KEY=canary-of-dotenv\n");

    expect(await changes("base")).to.deep.equal([]);
  });

  it("names exactly what changed, and how it is done, for a change of each kind", async () => {
    for (const { file, from, to } of edits) {
      const path = join(clone, file);
      writeFileSync(path, readFileSync(path, "utf8").replace(from, to));
    }
    const service = join(clone, "infra/services/cache/service.ts");
    mkdirSync(dirname(service));
    writeFileSync(service, cacheService);
    appendFileSync(join(clone, "infra/services/embeddings/Dockerfile"), "# changed\n");

    const found = await changes("base");

    expect(worded(found)).to.have.members([
      "breaking | replace | agent | port 8000 -> 8001",
      "interruption | replace | embeddings | another image: Dockerfile changed",
      "interruption | replace | litellm | /etc/litellm/config.yaml edited",
      "interruption | replace | qdrant | QDRANT_EXTRA added",
      "none | update | postgres | memory limit 512 -> 1512 MB",
      "none | create | cache | keeps answers",
      "none | create | cache-1-data volume",
      "none | create | cache image",
      "none | replace | embeddings image | Dockerfile changed",
      "none | replace | memory schema",
    ]);
    const litellm = found.find(({ subject }) => subject === "litellm");
    expect(litellm?.files[0]?.diff).to.match(/^- +num_retries: 1\n\+ +num_retries: 2$/m);
  });

  it("says of a service that goes what becomes of its users and its data", async () => {
    git("add", "--all");
    git("commit", "--quiet", "-m", "all kinds of changes");
    git("checkout", "--quiet", "base", "--", ".");
    git("rm", "--quiet", "-f", "infra/services/cache/service.ts");

    const found = worded(await changes("HEAD"));

    expect(found).to.include("breaking | remove | cache");
    expect(found).to.include("data | remove | cache-1-data volume");
    expect(found).to.include(
      "interruption | update | postgres | " +
        "memory limit 1512 -> 512 MB: a process that needs more is killed",
    );
    expect(found[0]).to.match(/^data/);
  });

  it("compares with where the branch left main, not with what main has become", async () => {
    git("checkout", "--quiet", "--force", "-B", "feature", "base");
    git("checkout", "--quiet", "-B", "main-moved", "base");
    const path = join(clone, "infra/services/litellm/config.yaml");
    writeFileSync(path, readFileSync(path, "utf8").replace("num_retries: 1", "num_retries: 7"));
    git("commit", "--quiet", "-am", "main moves on");
    git("checkout", "--quiet", "feature");

    expect(await changes("main-moved")).to.deep.equal([]);
  });

  it("shows no secret, needs no Docker, and leaves nothing behind", async () => {
    const before = git("status", "--porcelain");
    const scratch = () =>
      readdirSync(tmpdir()).filter((name) => name.startsWith("agent-stack-tree-"));
    const folders = scratch();

    const { stdout, stderr } = await preview("--against", "base", "--markdown");

    expect(stdout + stderr).not.to.match(/canary/);
    expect(git("status", "--porcelain")).to.equal(before);
    expect(scratch()).to.deep.equal(folders);
  });

  it("says what to do where the other tree is too old to be compared", async () => {
    git("checkout", "--quiet", "--orphan", "old");
    git("rm", "--quiet", "-r", "--cached", ".");
    git("add", "-f", "README.md");
    git("commit", "--quiet", "-m", "before previews");

    const failure = await preview("--against", "old").catch((error: unknown) => error);

    expect((failure as { stderr: string }).stderr)
      .to.include("has no infra/render.ts")
      .and.include("Name a later commit");
  });

  it("shows why a tree can't be rendered", async () => {
    git("checkout", "--quiet", "--force", "feature");
    writeFileSync(join(clone, "infra/services/litellm/config.yaml"), "model_list: 3\n");

    const failure = await preview("--against", "base").catch((error: unknown) => error);

    expect((failure as { stderr: string }).stderr)
      .to.include("this work tree can't be rendered")
      .and.include("model_list: Invalid input: expected array");
  });
});
