import { createRequire, Module } from "node:module";
import type Dockerode from "dockerode";

// dockerode loads gRPC and archives for builds, and its connection loads an SSH client: 200 modules, and a tenth of a
// second of every command. This program uses none: images are built by the docker command, and SSH is the user's own
// (host/ssh-agent.ts). So these modules are taken for loaded; what they export is never called.
const require = createRequire(import.meta.url);
const withinDockerode = createRequire(require.resolve("dockerode"));
for (const unused of ["./session.js", "tar-fs", "docker-modem/lib/ssh.js"]) {
  const path = withinDockerode.resolve(unused);
  require.cache[path] ??= Object.assign(new Module(path), { loaded: true });
}

/** The client itself, as `import Docker from "dockerode"` has it. */
export const Docker = require("dockerode") as typeof Dockerode;
