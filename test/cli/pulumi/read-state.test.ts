import { chmodSync, copyFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect } from "chai";
import { workspaceOf } from "../../../cli/os/workspace.ts";
import type { Engine } from "../../../cli/pulumi/engine.ts";
import { readState } from "../../../cli/pulumi/read-state.ts";
import { emptyState, parseState } from "../../../cli/pulumi/stack-state.ts";
import { StackError } from "../../../infra/stack-error.ts";
import { networkSettings } from "../../../infra/network-settings.ts";
import { rejection } from "../../support/rejection.ts";
import { scratchFolder } from "../../support/scratch-folder.ts";
import { containerResource, resource } from "../../support/state.ts";

const repository = join(import.meta.dirname, "../../..");

const latest = {
  manifest: { time: "2026-11-29T16:18:14Z", magic: "294a", version: "v3.274.1" },
  secrets_providers: { type: "passphrase", state: { salt: "v1:7Hrpx+o//bo=:v1:J2GX:59FY" } },
  resources: [
    containerResource("agent"),
    { ...containerResource("model"), initErrors: ["it is not healthy"] },
    {
      ...resource("command:local:Command", "base-image"),
      // As the engine marks and encrypts a secret.
      outputs: { stdout: { "4dabf18193072939515e22adb298388d": "1b47", ciphertext: "v1:nonce:c" } },
    },
  ],
  pending_operations: [{ resource: containerResource("qdrant"), type: "creating" }],
};
const file = { version: 3, checkpoint: { stack: "organization/agent-stack/test", latest } };
const asFile = JSON.stringify(file);
const asExported = JSON.stringify({ version: 3, deployment: latest }, null, 4);
const exported = parseState(asExported);

describe("the state of a stack", () => {
  const folder = scratchFolder();
  const workspace = () => workspaceOf(folder.path, "test");
  const home = () => join(folder.path, ".stack/state/.pulumi");

  beforeEach(() => {
    copyFileSync(join(repository, "Pulumi.yaml"), join(folder.path, "Pulumi.yaml"));
  });

  function write(path: string, content: string | Buffer, under = home()): void {
    mkdirSync(dirname(join(under, path)), { recursive: true });
    writeFileSync(join(under, path), content);
  }

  function stored(content: string | Buffer = asFile, under = home()): void {
    write("meta.yaml", "version: 1\n", under);
    write("stacks/agent-stack/test.json", content, under);
  }

  /** An engine that answers with what the shell prints; without, it must not be asked. */
  function engine(shell?: string, environment: NodeJS.ProcessEnv = {}): Engine {
    const executable = join(folder.path, "engine");
    if (shell !== undefined) writeFileSync(executable, `#!/bin/sh\n${shell}\n`);
    if (shell !== undefined) chmodSync(executable, 0o755);
    return {
      environment,
      network: networkSettings({}),
      program: () =>
        shell === undefined
          ? Promise.reject(new StackError("the engine was asked", { remedy: "none" }))
          : Promise.resolve({ executable, environment: process.env }),
    };
  }

  function fromEngine(environment: NodeJS.ProcessEnv = {}) {
    write("exported.json", asExported, folder.path);
    return readState(workspace(), engine(`cat '${folder.path}/exported.json'`, environment));
  }

  describe("is read from its file, without the engine", () => {
    it("as the engine would export it: what is half-made, the salt, and secrets as they are", async () => {
      stored();

      expect(await readState(workspace(), engine())).to.deep.equal(exported);
      expect(await fromEngine()).to.deep.equal(exported);
    });

    it("from the folder that PULUMI_BACKEND_URL names, absolute or from the clone", async () => {
      const elsewhere = join(folder.path, "team state");
      stored(asFile, join(elsewhere, ".pulumi"));

      for (const url of [`file://${elsewhere}`, "file://team state", "file://./team state"]) {
        const environment = { PULUMI_BACKEND_URL: url };
        expect(await readState(workspace(), engine(undefined, environment))).to.deep.equal(
          exported,
        );
      }
    });

    it("while the engine is writing the next one beside it", async () => {
      stored();
      write("stacks/agent-stack/test.json.12345.tmp", asFile.slice(0, 100));

      expect(await readState(workspace(), engine())).to.deep.equal(exported);
    });

    it("in a clone with the line ends of Windows", async () => {
      stored();
      writeFileSync(
        join(folder.path, "Pulumi.yaml"),
        "name: agent-stack\r\nbackend:\r\n  url: file://./.stack/state\r\nconfig: {}\r\n",
      );

      expect(await readState(workspace(), engine())).to.deep.equal(exported);
    });

    it("and is empty where there is none yet, of this stack or of any", async () => {
      expect(await readState(workspace(), engine())).to.equal(emptyState);

      stored();
      rmSync(join(home(), "stacks/agent-stack/test.json"));
      write("stacks/agent-stack/test.json.bak", asFile);
      write("stacks/agent-stack/other.json", asFile);
      expect(await readState(workspace(), engine())).to.equal(emptyState);
    });
  });

  describe("is asked of the engine", () => {
    const elsewhere = [
      "s3://team-state",
      "https://api.pulumi.com",
      "file://~/state",
      "file:///state?no_tmp_dir=true",
      "azblob://state",
    ];
    for (const url of elsewhere) {
      it(`where the backend is ${url}, whatever files are here`, async () => {
        stored("the file of another backend");

        expect(await fromEngine({ PULUMI_BACKEND_URL: url })).to.deep.equal(exported);
      });
    }

    for (const project of [
      "name: agent-stack\n",
      "name: agent-stack\nbackend: { url: file://./.stack/state }\n",
      "name: agent-stack\nbackend:\n  url: s3://team-state\n",
      'name: agent-stack\nbackend:\n  url: "file://./.stack/state"\n',
    ]) {
      it(`where the project says ${JSON.stringify(project)}`, async () => {
        stored("the file of another backend");
        writeFileSync(join(folder.path, "Pulumi.yaml"), project);

        expect(await fromEngine()).to.deep.equal(exported);
      });
    }

    it("where the file is of another version", async () => {
      for (const version of [1, 2, 4, "3"]) {
        stored(JSON.stringify({ ...file, version }));

        expect(await fromEngine(), String(version)).to.deep.equal(exported);
      }
    });

    it("where the state is compressed, or was", async () => {
      stored();
      write("stacks/agent-stack/test.json.gz", gzipSync("a newer one"));

      expect(await fromEngine()).to.deep.equal(exported);
    });

    it("where the backend has the layout of before projects, or none that is known", async () => {
      for (const meta of ["version: 0\n", "version: 2\n", "", "version: 1\nmore: true\n"]) {
        stored("not to be read");
        write("meta.yaml", meta);

        expect(await fromEngine(), meta).to.deep.equal(exported);
      }
      rmSync(join(home(), "meta.yaml"));
      expect(await fromEngine()).to.deep.equal(exported);
    });

    it("where the file is cut short, at any byte", async () => {
      for (let length = 0; length < asFile.length; length += 97) {
        stored(asFile.slice(0, length));

        const error = await rejection(readState(workspace(), engine()));

        expect(error.message, String(length)).to.equal("the engine was asked");
      }
    });

    it("where it has no state", async () => {
      for (const content of ["{}", "null", "[]", '{"version":3,"checkpoint":{"latest":null}}']) {
        stored(content);

        const error = await rejection(readState(workspace(), engine()));

        expect(error.message, content).to.equal("the engine was asked");
      }
    });

    it("which says that there is no such stack, or what is wrong", async () => {
      const environment = { PULUMI_BACKEND_URL: "s3://team-state" };
      const says = (words: string) =>
        readState(workspace(), engine(`echo '${words}' >&2; exit 255`, environment));

      expect(await says("error: no stack named 'test' found")).to.equal(emptyState);
      const error = await rejection(says("error: something else"));
      expect(error.message).to.equal("Pulumi's engine stopped with an error.");
    });
  });
});
