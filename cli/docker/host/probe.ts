import type { DockerVersion } from "dockerode";
import { StackError } from "../../../infra/stack-error.ts";
import { dockerClient, type EngineAddress } from "../docker-client.ts";
import { EngineConnectionError } from "../docker-error.ts";

/** Docker 20.10; every call we make is in it. */
const oldestApi = "1.41";

export type Probe =
  | { readonly kind: "answers"; readonly engineVersion: string; readonly apiVersion: string }
  /** Nothing listens there. */
  | { readonly kind: "absent" }
  /** Something listens that can't be used. */
  | { readonly kind: "unusable"; readonly error: StackError };

/** Something listens and says nothing: an engine that hangs, or one that is still starting. */
export class SilentEngineError extends StackError {}

/** Asks whatever listens at `host` for its version. */
export async function probe(address: EngineAddress, timeoutMs: number): Promise<Probe> {
  const { host } = address;
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    // The client's own time-out does not end a connection that is still being made over ssh.
    const version = await Promise.race([dockerClient(address).version(), rejection(timeout)]);
    return judge(host, version);
  } catch (error) {
    const cause = error instanceof EngineConnectionError ? error.cause : error;
    return explain(host, cause, timeout.aborted);
  }
}

export function judge(host: string, version: DockerVersion): Probe {
  // The types promise the list; engines behind a proxy have been seen to leave it out.
  const components = (version as Partial<DockerVersion>).Components ?? [];
  if (components.some(({ Name }) => Name.toLowerCase().includes("podman"))) {
    return unusable(
      `Podman answers at ${host}, not Docker.`,
      "Use Docker: Podman drops the containers' health checks. With both installed, set " +
        "DOCKER_HOST to Docker's socket.",
    );
  }
  if (isOlder(version.ApiVersion, oldestApi)) {
    return unusable(
      `Docker ${version.Version} at ${host} is too old: its API is ${version.ApiVersion}.`,
      `Update Docker to 20.10 or newer (API ${oldestApi}).`,
    );
  }
  return { kind: "answers", engineVersion: version.Version, apiVersion: version.ApiVersion };
}

function explain(host: string, error: unknown, timedOut: boolean): Probe {
  if (error instanceof StackError) return { kind: "unusable", error };
  const { code, message } = error as NodeJS.ErrnoException;
  if (timedOut) {
    const remedy =
      "See what the Docker engine is doing (`docker info`), and restart it if it hangs.";
    const message = `Something listens at ${host}, but does not answer.`;
    return { kind: "unusable", error: new SilentEngineError(message, { remedy, cause: error }) };
  }
  if (code === "EACCES" || code === "EPERM") {
    return unusable(
      `You may not use the Docker engine at ${host}.`,
      "Run `sudo usermod -aG docker $USER`, then log out and in again.",
      error,
    );
  }
  if (isAboutCertificates(error as NodeJS.ErrnoException)) {
    return unusable(
      `The Docker engine at ${host} can't be used: ${message}`,
      "Docker's certificates are ca.pem, cert.pem and key.pem in the folder that DOCKER_CERT_PATH (or " +
        "the context) names; all three have to be those of that engine.",
      error,
    );
  }
  if (code === "ENOENT" || code === "ECONNREFUSED") return { kind: "absent" };
  return unusable(
    `The Docker engine at ${host} can't be used: ${message}`,
    "See whether `docker info` works, and fix what it names.",
    error,
  );
}

/** A file of the three that is missing, or an answer of TLS. */
function isAboutCertificates({ code = "", path = "" }: NodeJS.ErrnoException): boolean {
  return path.endsWith(".pem") || /CERT|SIGNATURE|ERR_SSL|ERR_TLS/.test(code);
}

function unusable(message: string, remedy: string, cause?: unknown): Probe {
  return { kind: "unusable", error: new StackError(message, { remedy, cause }) };
}

function isOlder(version: string, limit: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [limitMajor = 0, limitMinor = 0] = limit.split(".").map(Number);
  return major < limitMajor || (major === limitMajor && minor < limitMinor);
}

function rejection(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => {
      reject(new Error("no answer in time"));
    });
  });
}
