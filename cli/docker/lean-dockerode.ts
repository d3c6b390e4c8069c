import { createRequire, Module } from "node:module";
import type Dockerode from "dockerode";

// dockerode loads gRPC for builds with BuildKit's sessions, and its connection loads an SSH client: 200 modules, and a
// tenth of a second of every command. This program uses neither: images are built by the docker command, and SSH is the
// user's own (host/ssh-agent.ts). So both modules are taken for loaded; what they export is never called.
const require = createRequire(import.meta.url);
for (const unused of ["dockerode/lib/session.js", "docker-modem/lib/ssh.js"]) {
  const path = require.resolve(unused);
  require.cache[path] ??= Object.assign(new Module(path), { loaded: true });
}

/** The client itself, as `import Docker from "dockerode"` has it. */
export const Docker = require("dockerode") as typeof Dockerode;
