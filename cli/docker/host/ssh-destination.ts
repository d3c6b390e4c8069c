/** Where an SSH client logs in. */
export interface SshDestination {
  readonly host: string;
  readonly user?: string;
  readonly port?: string;
  /** The engine's socket there, where the address names one. */
  readonly socket?: string;
}

/** Reads `ssh://[user@]host[:port][/path/of/the.sock]`, as the docker command does. */
export function sshDestination(address: string): SshDestination {
  const { hostname, username, port, pathname } = new URL(address);
  return {
    // A literal IPv6 address has brackets in an address only.
    host: hostname.replace(/^\[(.*)\]$/, "$1"),
    ...(username !== "" && { user: decodeURIComponent(username) }),
    ...(port !== "" && { port }),
    ...(pathname.replaceAll("/", "") !== "" && { socket: pathname }),
  };
}

/** "ada@build-box:2222", for people. */
export function destinationName({ host, user, port }: SshDestination): string {
  const name = host.includes(":") ? `[${host}]` : host;
  return `${user === undefined ? "" : `${user}@`}${name}${port === undefined ? "" : `:${port}`}`;
}

/** The words of `ssh` that a person types to log in there. */
export function loginWords({ host, user, port }: SshDestination): string[] {
  const login = user === undefined ? host : `${user}@${host}`;
  return [...(port === undefined ? [] : ["-p", port]), login];
}

/**
 * The words of `ssh` for one connection of ours: the user's own client, so that `~/.ssh/config`, agents,
 * known hosts and jump hosts count. It never asks anything: nobody would see the question.
 */
export function channelWords(
  { host, user, port }: SshDestination,
  { options = [], command = [] }: { options?: readonly string[]; command?: readonly string[] },
): string[] {
  return [
    ...["-T", "-o", "BatchMode=yes", "-o", "ConnectTimeout=10"],
    // A connection that was cut without a word is noticed within a minute.
    ...["-o", "ServerAliveInterval=20"],
    ...(user === undefined ? [] : ["-l", user]),
    ...(port === undefined ? [] : ["-p", port]),
    ...options,
    "--",
    host,
    ...command,
  ];
}

/** The command whose standard input and output are the engine's socket on that host. */
export function dialCommand({ socket }: SshDestination): string[] {
  const host = socket === undefined ? [] : [`--host=unix://${socket}`];
  return ["docker", ...host, "system", "dial-stdio"];
}
