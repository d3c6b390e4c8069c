import { copyFile, cp, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { explainFailure } from "./explain-failure.ts";
import { commonFlags, goBuild, type GoBuild } from "./go-build.ts";
import { goCompiler } from "./go-compiler.ts";
import type { Part } from "./part.ts";
import { pins } from "./pins.ts";
import { runProcess } from "../os/run-process.ts";
import { sourceHash } from "./source-hash.ts";

const here = (name: string) => path.join(import.meta.dirname, name);
const versionVariable = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version";
/** Symbol tables are a third of these binaries, and nobody debugs them. */
const stripped = "-s -w";

// Without its version the engine says nothing to `pulumi version`, and the Automation API refuses it.
const engineFlags = ["-ldflags", `${stripped} -X ${versionVariable}=v${pins.engine.version}`];
const hostFlags = ["-ldflags", `${stripped} -X ${versionVariable}=v${pins.languageHost}`];
const dockerFlags = ["-tags", "no_compose", "-ldflags", stripped];

// It reads its options from flags and not from the engine's request, so Pulumi.yaml's
// `typescript: false` is repeated here.
const hostScript = `#!/bin/sh
here=$(CDPATH='' cd "$(dirname "$0")" && pwd -P)
exec "$here/pulumi-language-nodejs-host" -typescript=false "$@"
`;

/** The engine and, beside it where it looks for one, the language host of a bare `pulumi up`. */
export const builtEngine: Part = {
  subject: "Pulumi engine",
  id: `pulumi-${pins.engine.version}-${sourceHash(
    [here("engine"), here("language-host")],
    [...commonFlags, ...engineFlags, ...hostFlags, hostScript],
  )}`,
  version: pins.engine.version,
  origin: "built",
  executable: "bin/pulumi",
  make: async (workplace) => {
    const compiler = await goCompiler(workplace);
    const bin = path.join(workplace.directory, "bin");
    const engine: GoBuild = {
      subject: "Pulumi engine",
      directory: here("engine"),
      package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
      flags: engineFlags,
      output: path.join(bin, "pulumi"),
      size: { packages: 1732, usually: "5 to 8 min on 2 free cores" },
    };
    await goBuild(engine, compiler, workplace);
    const host: GoBuild = {
      subject: "Node language host",
      directory: here("language-host"),
      package: "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs",
      flags: hostFlags,
      output: path.join(bin, "pulumi-language-nodejs-host"),
      size: { packages: 502, usually: "a minute on 2 free cores" },
    };
    await goBuild(host, compiler, workplace);
    await writeFile(path.join(bin, "pulumi-language-nodejs"), hostScript, { mode: 0o755 });
  },
};

/** The bridge in docker-provider/; its schema is made by its own generator just before. */
export const builtDockerPlugin: Part = {
  subject: "Docker provider",
  id: `pulumi-resource-docker-${pins.dockerPlugin.version}-${sourceHash(
    [here("docker-provider")],
    [...commonFlags, ...dockerFlags],
  )}`,
  version: pins.dockerPlugin.version,
  origin: "built",
  executable: "bin/pulumi-resource-docker",
  make: async (workplace) => {
    const compiler = await goCompiler(workplace);
    const { directory, environment, signal, say } = workplace;
    const inside = (name: string) => path.join(directory, name);
    const common = {
      subject: "Docker provider",
      // A copy: the schema is written into it, and a clone stays as git knows it.
      directory: inside("source"),
      flags: dockerFlags,
      size: { packages: 1961, usually: "3 to 5 min on 2 free cores" },
    };
    await cp(here("docker-provider"), inside("source"), { recursive: true });
    const generator = { ...common, package: "./cmd/tfgen", output: inside("tfgen") };
    await goBuild(generator, compiler, workplace);
    say("writing its schema");
    try {
      await runProcess(inside("tfgen"), ["schema", "--out", inside("schema")], {
        cwd: inside("source"),
        // It looks for plugins in Pulumi's home, and would make one.
        environment: { ...environment, PULUMI_HOME: inside("home") },
        signal,
      });
    } catch (error) {
      throw explainFailure("Docker provider", error);
    }
    const plugin = "cmd/pulumi-resource-docker";
    await copyFile(inside("schema/schema.json"), inside(`source/${plugin}/schema.json`));
    const output = inside("bin/pulumi-resource-docker");
    await goBuild({ ...common, package: `./${plugin}`, output }, compiler, workplace);
    for (const name of ["source", "tfgen", "schema", "home"]) {
      await rm(inside(name), { recursive: true, force: true });
    }
  },
};
