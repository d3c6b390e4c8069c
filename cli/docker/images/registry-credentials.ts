import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { z } from "zod";
import { canonicalRegistry, dockerHub } from "../../../infra/images/registry-mirror.ts";

/** What the engine's API takes for one registry; a secret, for its header only. */
export interface RegistryCredentials {
  readonly serveraddress: string;
  readonly username?: string;
  readonly password?: string;
  readonly identitytoken?: string;
}

/** The user's login for a registry, from where `docker login` put it. */
export interface FoundLogin {
  readonly credentials?: RegistryCredentials;
  /** Why there may be a login that could not be read, without anything secret. */
  readonly problem?: string;
}

const entry = z.object({
  auth: z.string().optional(),
  username: z.string().optional(),
  password: z.string().optional(),
  identitytoken: z.string().optional(),
});
const configuration = z.object({
  auths: z.record(z.string(), entry).optional(),
  credsStore: z.string().optional(),
  credHelpers: z.record(z.string(), z.string()).optional(),
});
type Configuration = z.output<typeof configuration>;

const helperAnswer = z.object({ Username: z.string(), Secret: z.string() });

/** A helper may ask a cloud for a fresh password first. */
const helperPatienceMilliseconds = 30_000;

/**
 * Looks a login up as the `docker` command does: in DOCKER_AUTH_CONFIG, which CI systems set, then in
 * config.json itself or by the helper that it names.
 *
 * No library: the kept ones are parts of larger clients, and this is a file and a program.
 */
export async function loginFor(
  registry: string,
  environment: NodeJS.ProcessEnv,
): Promise<FoundLogin> {
  const given = configuration.safeParse(parseJson(environment["DOCKER_AUTH_CONFIG"] ?? ""));
  const fromVariable = given.success && written(given.data.auths ?? {}, registry);
  if (fromVariable) return { credentials: fromVariable };
  const folder = environment["DOCKER_CONFIG"] ?? join(homeOf(environment), ".docker");
  const path = join(folder, "config.json");
  const text = readIfThere(path);
  if (text === undefined) return {};
  const parsed = configuration.safeParse(parseJson(text));
  if (!parsed.success) return { problem: `${path} can't be read` };
  const { credHelpers = {}, credsStore, auths = {} } = parsed.data;
  const helper = Object.entries(credHelpers).find(([key]) => registryOf(key) === registry)?.[1];
  const program = helper ?? credsStore;
  const asked =
    program === undefined || program === "" ? {} : await askHelper(program, registry, environment);
  if (asked.credentials) return asked;
  const credentials = written(auths, registry);
  return credentials ? { credentials } : asked;
}

/** Where Docker keeps Docker Hub's login, since its first version. */
function serverOf(registry: string): string {
  return registry === dockerHub ? "https://index.docker.io/v1/" : registry;
}

function registryOf(key: string): string {
  return canonicalRegistry(key.replace(/^https?:\/\//, "").split("/")[0] ?? "");
}

function written(
  auths: NonNullable<Configuration["auths"]>,
  registry: string,
): RegistryCredentials | undefined {
  const found = Object.entries(auths).find(([key]) => registryOf(key) === registry)?.[1];
  if (!found) return undefined;
  const [, username = found.username, password = found.password] =
    /^([^:]*):(.*)$/s.exec(Buffer.from(found.auth ?? "", "base64").toString("utf8")) ?? [];
  const { identitytoken } = found;
  if (!identitytoken && (username === undefined || password === undefined)) return undefined;
  return {
    serveraddress: serverOf(registry),
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(identitytoken && { identitytoken }),
  };
}

/** Docker's protocol of credential helpers: the server on standard input, JSON on standard output. */
async function askHelper(
  helper: string,
  registry: string,
  environment: NodeJS.ProcessEnv,
): Promise<FoundLogin> {
  const program = `docker-credential-${helper}`;
  const server = serverOf(registry);
  const asking = promisify(execFile)(program, ["get"], {
    env: environment,
    timeout: helperPatienceMilliseconds,
  });
  asking.child.stdin?.on("error", () => undefined).end(`${server}\n`);
  try {
    const { Username, Secret } = helperAnswer.parse(parseJson((await asking).stdout));
    if (Secret === "") return {};
    // By this name a helper says that the secret is a token.
    const isToken = Username === "<token>";
    const login = isToken ? { identitytoken: Secret } : { username: Username, password: Secret };
    return { credentials: { serveraddress: server, ...login } };
  } catch (error) {
    // What it printed may be secret, except for this.
    const { stdout, code } = error as { stdout?: string; code?: unknown };
    if (/credentials not found/i.test(stdout ?? "")) return {};
    const why = code === "ENOENT" ? "is not installed" : "failed";
    return { problem: `${program}, which has the login for ${registry}, ${why}` };
  }
}

function homeOf(environment: NodeJS.ProcessEnv): string {
  return environment["HOME"] ?? environment["USERPROFILE"] ?? homedir();
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
