/** Where a program started by hand finds Docker: DOCKER_HOST, or the engine's usual socket. */
export function dockerAddress(environment: NodeJS.ProcessEnv, platform = process.platform): string {
  const usual =
    platform === "win32" ? "npipe:////./pipe/docker_engine" : "unix:///var/run/docker.sock";
  return environment["DOCKER_HOST"] || usual;
}
