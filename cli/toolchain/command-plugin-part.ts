import { readFileSync } from "node:fs";
import { cp, mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import type { Part } from "./part.ts";
import { pins } from "./pins.ts";
import { sourceHash } from "./source-hash.ts";

const sources = path.join(import.meta.dirname, "command-provider");
const packages = path.join(import.meta.dirname, "../../node_modules");

/** What the provider loads of npm, 14 MB; a test starts the copy away from any clone. */
const needed = [
  "@grpc/grpc-js",
  "@js-sdsl/ordered-map",
  "@opentelemetry/api",
  "@pulumi/pulumi",
  "buffer-from",
  "google-protobuf",
  "semver",
  "source-map",
  "source-map-support",
] as const;

const script = `#!/bin/sh
here=$(CDPATH='' cd "$(dirname "$0")" && pwd -P)
exec node --disable-warning=ExperimentalWarning "$here/../lib/command-provider/main.ts" "$@"
`;

/**
 * The stand-in for Pulumi's command provider. The cache outlives clones, so it holds a copy of the
 * code and of the packages that the code loads, and never points into a clone.
 */
export const commandPluginPart: Part = {
  subject: "command provider",
  id: `pulumi-resource-command-${pins.commandPlugin.version}-${sourceHash(
    [sources],
    [script, ...needed, installedSdk()],
  )}`,
  version: pins.commandPlugin.version,
  origin: "built",
  executable: "bin/pulumi-resource-command",
  make: async ({ directory, say }) => {
    say("copying its code");
    const library = path.join(directory, "lib");
    await cp(sources, path.join(library, "command-provider"), { recursive: true });
    await writeFile(path.join(library, "package.json"), JSON.stringify({ type: "module" }));
    for (const name of needed) {
      const target = path.join(library, "node_modules", name);
      await cp(path.join(packages, name), target, { recursive: true, filter: isLoadable });
    }
    await mkdir(path.join(directory, "bin"));
    await writeFile(path.join(directory, "bin/pulumi-resource-command"), script, { mode: 0o755 });
  },
};

/** Declarations and source maps are most of the weight. */
function isLoadable(file: string): boolean {
  return !/\.(map|md|ts|mts|cts|proto)$/.test(file);
}

function installedSdk(): string {
  const text = readFileSync(path.join(packages, "@pulumi/pulumi/package.json"), "utf8");
  return z.object({ version: z.string() }).parse(JSON.parse(text)).version;
}
