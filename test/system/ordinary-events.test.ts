import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect } from "chai";
import { type CommandResult, runToEnd } from "../support/run-to-end.ts";
import { scratchClone, writeTestSettings } from "../support/system-stack.ts";

/** Something that happens to everybody's machine or clone once. */
interface Event {
  readonly name: string;
  readonly happens: (clone: string) => NodeJS.ProcessEnv;
  /** In the words of every command that fails by it. */
  readonly says: RegExp;
  /** Commands that do not need what is broken, or repair it. */
  readonly unaffected?: readonly string[];
}

const commands = [
  "status",
  "doctor",
  "down",
  "up --yes",
  "preview",
  "rollback --list",
  "why agent",
];
const state = ".stack/state/.pulumi/stacks/agent-stack/test.json";

/** Writes a file of the clone; the environment stays as it is. */
function file(clone: string, name: string, content: string): NodeJS.ProcessEnv {
  mkdirSync(dirname(join(clone, name)), { recursive: true });
  writeFileSync(join(clone, name), content);
  return {};
}

/** An engine that knows its version and nothing else. */
const brokenEngine = join(tmpdir(), `broken-engine-${process.pid}.sock`);

const events: readonly Event[] = [
  {
    name: "no engine listens",
    happens: () => ({ DOCKER_HOST: "unix:///nonexistent/docker.sock" }),
    says: /no Docker engine answers/,
  },
  {
    name: "Docker fails at every request",
    happens: () => ({ DOCKER_HOST: `unix://${brokenEngine}` }),
    says: /Docker refused a request: layer store is broken|secrets are not set/,
  },
  {
    name: "the settings file is a folder",
    happens: (clone) => {
      rmSync(join(clone, ".env.test"), { force: true });
      mkdirSync(join(clone, ".env.test"));
      return {};
    },
    says: /\.env\.test is a folder where a file is expected|EISDIR/,
  },
  {
    name: "the folder of the state is a file",
    happens: (clone) => file(clone, ".stack", ""),
    says: /\.stack.* can't be made: a file has the name/,
  },
  {
    name: "Pulumi.yaml was edited badly",
    happens: (clone) => file(clone, "Pulumi.yaml", "name: ["),
    says: /Pulumi\.yaml can't be used|secrets are not set/,
  },
  {
    name: "Pulumi's file of the stack was edited badly",
    happens: (clone) => file(clone, "Pulumi.test.yaml", "config: ["),
    says: /Pulumi\.test\.yaml is not valid YAML/,
    unaffected: ["rollback --list"],
  },
  {
    name: "the state's folder does not exist",
    happens: () => ({ PULUMI_BACKEND_URL: "file:///nonexistent/states" }),
    says: /folder of the state is missing|secrets are not set/,
    unaffected: ["doctor"],
  },
  {
    name: "the state's bucket has no region",
    happens: () => ({ PULUMI_BACKEND_URL: "s3://a-bucket", AWS_EC2_METADATA_DISABLED: "true" }),
    says: /region of the bucket|secrets are not set/,
    unaffected: ["doctor"],
  },
  ...["{}", "", '{"version":3,"checkpoi'].map((content): Event => ({
    name: `the state file has ${content === "" ? "nothing" : content} in it`,
    happens: (clone) => file(clone, state, content),
    says: /damaged or cut short|passphrase is gone|secrets are not set/,
  })),
  {
    name: "files below .stack were cut short",
    happens: (clone) => {
      file(clone, ".stack/restores/test.json", '{"proc');
      file(clone, ".stack/drift/test.json", "[");
      file(clone, ".stack/locks/test.json", "{");
      return file(clone, ".stack/failures/2026-01-01T000000.000Z-agent.json", "{");
    },
    says: /secrets are not set/,
    unaffected: ["up --yes"],
  },
];

describe("an ordinary event", () => {
  let clone = "";
  let engine: Server | undefined;

  before(async () => {
    engine = createServer((request, response) => {
      response.setHeader("content-type", "application/json");
      if (request.url?.includes("/version")) {
        response.end(JSON.stringify({ Version: "20.10.24", ApiVersion: "1.41", Components: [] }));
        return;
      }
      response.statusCode = 500;
      response.end(JSON.stringify({ message: "layer store is broken" }));
    }).listen(brokenEngine);
    await once(engine, "listening");
    chmodSync(brokenEngine, 0o600);
  });

  after(() => engine?.close());

  beforeEach(async () => {
    clone = scratchClone();
    await writeTestSettings(clone, `oe${process.pid}`, { IMAGE_SOURCE: "build" });
    symlinkSync(join(import.meta.dirname, "../../node_modules"), join(clone, "node_modules"));
  });

  afterEach(() => {
    rmSync(clone, { recursive: true, force: true });
  });

  function run(command: string, environment: NodeJS.ProcessEnv): Promise<CommandResult> {
    const main = join(clone, "cli/main.ts");
    const words = [main, ...command.split(" "), "--plain", "--stack", "test"];
    const env = { ...process.env, ...environment };
    return runToEnd(process.execPath, words, { cwd: clone, env });
  }

  for (const { name, happens, says, unaffected = [] } of events) {
    it(`is a sentence with a remedy: ${name}`, async function () {
      this.timeout(5 * 60_000);
      const environment = happens(clone);
      const affected = commands.filter((each) => !unaffected.includes(each));
      for (const command of affected) {
        const { exitCode, stdout, stderr } = await run(command, environment);
        const said = `${command} exited ${exitCode}: ${stdout}${stderr}`;

        expect(said).not.to.include("unexpected error");
        expect(said).not.to.match(/\n {4}at /);
        if (exitCode === 0) continue;
        expect(said).to.match(/→ /);
        // It goes through everything, and names what it finds in its own words.
        if (command !== "doctor") expect(said).to.match(says);
      }
    });
  }
});
