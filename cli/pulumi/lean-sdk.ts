import { createRequire, Module } from "node:module";

// The SDK loads npm's installer, 350 modules, for finding the packages of a function that is to be serialised. No
// program of ours serialises one, so the installer is taken for loaded; what it exports is never called.
const require = createRequire(import.meta.url);
const withinClosures = createRequire(
  require.resolve("@pulumi/pulumi/runtime/closure/codePaths.js"),
);
const path = withinClosures.resolve("@npmcli/arborist");
require.cache[path] ??= Object.assign(new Module(path), { loaded: true });

/** The SDK, as `import("@pulumi/pulumi")` has it. */
export const { automation } = await import("@pulumi/pulumi");
