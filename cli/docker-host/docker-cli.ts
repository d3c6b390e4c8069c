import { StackError } from "../../infra/stack-error.ts";
import { findExecutable, foldersOnPath } from "./find-executable.ts";

/** The `docker` command: containers are entered and images imported with it. */
export function requireDockerCli(environment: NodeJS.ProcessEnv): string {
  const executable = findExecutable("docker", foldersOnPath(environment));
  if (executable) return executable;
  throw new StackError("A Docker engine answers, but there is no `docker` command on PATH.", {
    remedy:
      "Install Docker's command-line client (the package is docker-cli, docker-ce-cli or, on " +
      "Debian 12, docker.io), or put its folder on PATH.",
  });
}
