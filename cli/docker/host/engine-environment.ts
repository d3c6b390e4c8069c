import type { EngineAddress } from "../docker-client.ts";

/**
 * What a shell may say about Docker, BuildKit, buildx and Compose. All of it has had its say when the
 * engine was chosen; passed on, it would lead a plugin to another engine, builder, platform or API.
 */
const aboutDocker =
  /^(DOCKER|BUILDX|BUILDKIT|COMPOSE)_|^EXPERIMENTAL_BUILDKIT_|^SOURCE_DATE_EPOCH$/;

/** Where the user's registry credentials and ssh options come from: they belong to no engine. */
const kept: ReadonlySet<string> = new Set([
  "DOCKER_CONFIG",
  "DOCKER_AUTH_CONFIG",
  "DOCKER_SSH_OPTS",
]);

/**
 * The environment of every process that is to work with the engine at `address`: Pulumi, its plugins
 * and the `docker` commands that these run.
 *
 * Dropped names are there as undefined, because Pulumi's Automation API adds to our own environment
 * what it is given, and would pass them on otherwise.
 */
export function engineEnvironment(
  environment: NodeJS.ProcessEnv,
  { host, certificates }: EngineAddress,
): NodeJS.ProcessEnv {
  const cleaned = Object.entries(environment).map(([name, value]) => [
    name,
    aboutDocker.test(name) && !kept.has(name) ? undefined : value,
  ]);
  return {
    ...(Object.fromEntries(cleaned) as NodeJS.ProcessEnv),
    DOCKER_HOST: host,
    ...(certificates !== undefined && { DOCKER_CERT_PATH: certificates, DOCKER_TLS_VERIFY: "1" }),
    ...withoutProxy(environment, host),
  };
}

/** An engine over TCP is reached directly, as ours is: Docker's Go client would ask the proxy. */
function withoutProxy(environment: NodeJS.ProcessEnv, host: string): NodeJS.ProcessEnv {
  const { protocol, hostname } = new URL(host);
  if (!/^(tcp|https?):$/.test(protocol)) return {};
  const direct = (environment["no_proxy"] ?? environment["NO_PROXY"] ?? "")
    .split(",")
    .filter(Boolean);
  const all = [...direct, hostname].join(",");
  return { NO_PROXY: all, no_proxy: all };
}
