import { StackError } from "../../../infra/stack-error.ts";
import { destinationName, loginWords, type SshDestination } from "./ssh-destination.ts";

interface KnownFailure {
  readonly pattern: RegExp;
  readonly say: (name: string) => string;
  readonly remedy: (destination: SshDestination) => string;
}

/** What the ssh client and the docker command behind it say, and the remedy; the first that fits. */
const knownFailures: readonly KnownFailure[] = [
  {
    pattern: /REMOTE HOST IDENTIFICATION HAS CHANGED/,
    say: (name) => `The host key of ${name} is not the one that this machine knows.`,
    remedy: ({ host, port }) =>
      "Ask who looks after that machine whether its key was changed. If it was, forget the old one: " +
      `ssh-keygen -R ${port === undefined ? host : `"[${host}]:${port}"`}`,
  },
  {
    pattern: /Host key verification failed|host key is known for/,
    say: (name) => `This machine does not know the host key of ${name}.`,
    remedy: (destination) =>
      `Log in once by hand, compare the fingerprint and accept it: ${login(destination)}`,
  },
  {
    pattern: /Permission denied \(/,
    say: (name) => `${name} refuses the login.`,
    remedy: (destination) =>
      `\`${login(destination)} true\` has to work without a question: install your key there ` +
      `(ssh-copy-id ${loginWords(destination).join(" ")}), and load one with a passphrase into the agent (ssh-add).`,
  },
  {
    pattern: /docker: (command )?not found|docker: No such file|command not found: docker/i,
    say: (name) => `There is no docker command on ${name}.`,
    remedy: (destination) =>
      `Install Docker there; \`${login(destination)} docker version\` has to find it.`,
  },
  {
    pattern:
      /permission denied while trying to connect to the docker|dial unix \S+ connect: permission denied/i,
    say: (name) => `You may not use the Docker engine of ${name}.`,
    remedy: () => "Run `sudo usermod -aG docker $USER` there, then log in again.",
  },
  {
    pattern: /Cannot connect to the Docker daemon|dial unix \S+ connect: |dial-stdio/i,
    say: (name) => `No Docker engine answers on ${name}.`,
    remedy: () => "Start Docker there, or name its socket: ssh://HOST/path/of/docker.sock.",
  },
  {
    pattern: /Could not resolve hostname/,
    say: (name) => `There is no host of the name in ${name}.`,
    remedy: () => "Correct the address, or name the host in ~/.ssh/config.",
  },
  {
    pattern:
      /Connection refused|timed out|No route to host|Network is unreachable|Connection (closed|reset)|banner exchange/,
    say: (name) => `${name} can't be reached by SSH.`,
    remedy: (destination) =>
      `See whether the machine is on and its SSH server listens on that port: ${login(destination)}`,
  },
];

/** Why an engine can't be reached through SSH, in words that a user can act on. */
export function sshFailure(destination: SshDestination, error: Error): StackError {
  const name = destinationName(destination);
  if ((error as NodeJS.ErrnoException).code === "ENOENT") {
    return new StackError(`There is no \`ssh\` command on PATH, and the engine is on ${name}.`, {
      remedy: "Install OpenSSH's client (the package is openssh-client or openssh).",
      cause: error,
    });
  }
  const known = knownFailures.find(({ pattern }) => pattern.test(error.message));
  return new StackError(known?.say(name) ?? `The SSH connection to ${name} failed.`, {
    details: detailsOf(error.message),
    remedy: known?.remedy(destination) ?? `See whether this works: ${login(destination)}`,
    cause: error,
  });
}

function login(destination: SshDestination): string {
  return `ssh ${loginWords(destination).join(" ")}`;
}

/** Without the frame of at signs that a changed key is announced in. */
function detailsOf(message: string): string[] {
  const lines = message.split("\n").map((line) => line.trim());
  return lines.filter((line) => line !== "" && !line.startsWith("@")).slice(-4);
}
