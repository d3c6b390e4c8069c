import { rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { commonFlags, goBuild, type GoBuild } from "./go-build.ts";
import { goCompiler } from "./go-compiler.ts";
import type { Part } from "./part.ts";
import { type PatchedModule, patchedSource } from "./patched-source.ts";
import { pins } from "./pins.ts";
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

/**
 * The clients of cloud providers, which are two fifths of the engine's compilation, are left out; S3 and
 * files stay. docs/decisions/0003 has the list.
 */
const engineModules: readonly PatchedModule[] = [
  {
    module: "github.com/pulumi/pulumi/pkg/v3",
    replaced: here("engine/replaced"),
    emptied: [
      { folder: "secrets/cloud" },
      { folder: "authhelpers" },
      { folder: "cmd/pulumi/cloud", keep: ["resolve.go"] },
    ],
    edits: ["azureblob", "gcsblob"].map((name) => ({
      file: "backend/diy/backend.go",
      from: `"gocloud.dev/blob/${name}"`,
      to: `"github.com/pulumi/pulumi/pkg/v3/backend/diy/${name}"`,
    })),
  },
];

/** Kubernetes' client, a fifth of the provider's compilation, is left out. */
const dockerModules: readonly PatchedModule[] = [
  {
    module: "github.com/docker/buildx",
    replaced: here("docker-provider/replaced/buildx"),
    emptied: [{ folder: "driver/kubernetes" }],
  },
  {
    module: "github.com/terraform-providers/terraform-provider-docker",
    // It sleeps before it looks whether a network is there or gone, and between two looks at a health.
    edits: [
      {
        file: "internal/provider/resource_docker_network_funcs.go",
        from: "networkReadRefreshDelay                 = 2 * time.Second",
        to: "networkReadRefreshDelay                 = 20 * time.Millisecond",
      },
      {
        file: "internal/provider/resource_docker_network_funcs.go",
        from: "networkRemoveRefreshDelay               = 2 * time.Second",
        to: "networkRemoveRefreshDelay               = 20 * time.Millisecond",
      },
      {
        file: "internal/provider/resource_docker_container_funcs.go",
        from: "time.Sleep(time.Second)",
        to: "time.Sleep(100 * time.Millisecond)",
      },
    ],
  },
];

/** The bridge in docker-provider/, as it is compiled. */
export const dockerSource = {
  source: here("docker-provider"),
  modules: dockerModules,
  flags: dockerFlags,
} as const;

/** The engine and, beside it where it looks for one, the language host of a bare `pulumi up`. */
export const builtEngine: Part = {
  subject: "Pulumi engine",
  id: `pulumi-${pins.engine.version}-${sourceHash(
    [here("engine"), here("language-host")],
    [
      ...commonFlags,
      ...engineFlags,
      ...hostFlags,
      hostScript,
      JSON.stringify(patches(engineModules)),
    ],
  )}`,
  version: pins.engine.version,
  origin: "built",
  executable: "bin/pulumi",
  make: async (workplace) => {
    const compiler = await goCompiler(workplace);
    const bin = path.join(workplace.directory, "bin");
    const source = path.join(workplace.directory, "source");
    await patchedSource(
      { source: here("engine"), target: source, modules: engineModules },
      compiler,
      workplace,
    );
    const engine: GoBuild = {
      subject: "Pulumi engine",
      directory: source,
      package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
      flags: engineFlags,
      output: path.join(bin, "pulumi"),
      size: { packages: 1298, usually: "2 to 3 min on 2 free cores" },
    };
    await goBuild(engine, compiler, workplace);
    await rm(source, { recursive: true });
    const host: GoBuild = {
      subject: "Node language host",
      directory: here("language-host"),
      package: "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs",
      flags: hostFlags,
      output: path.join(bin, "pulumi-language-nodejs-host"),
      size: { packages: 572, usually: "half a minute on 2 free cores" },
    };
    await goBuild(host, compiler, workplace);
    await writeFile(path.join(bin, "pulumi-language-nodejs"), hostScript, { mode: 0o755 });
  },
};

/** The bridge in docker-provider/, with the schema that `npm run schema:docker` has written. */
export const builtDockerPlugin: Part = {
  subject: "Docker provider",
  id: `pulumi-resource-docker-${pins.dockerPlugin.version}-${sourceHash(
    [here("docker-provider")],
    [...commonFlags, ...dockerFlags, JSON.stringify(patches(dockerModules))],
  )}`,
  version: pins.dockerPlugin.version,
  origin: "built",
  executable: "bin/pulumi-resource-docker",
  make: async (workplace) => {
    const compiler = await goCompiler(workplace);
    const source = path.join(workplace.directory, "source");
    await patchedSource({ ...dockerSource, target: source }, compiler, workplace);
    const build: GoBuild = {
      subject: "Docker provider",
      directory: source,
      package: "./cmd/pulumi-resource-docker",
      flags: dockerFlags,
      output: path.join(workplace.directory, "bin/pulumi-resource-docker"),
      size: { packages: 1213, usually: "a minute or two on 2 free cores, after the engine" },
    };
    await goBuild(build, compiler, workplace);
    await rm(source, { recursive: true });
  },
};

/** What decides the build; the folders' content is hashed with the rest, their place is the clone's own. */
function patches(modules: readonly PatchedModule[]): unknown {
  return modules.map(({ module, emptied, edits }) => ({ module, emptied, edits }));
}
