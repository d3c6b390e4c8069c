import { createServer } from "node:net";
import { text } from "node:stream/consumers";
import { StackError } from "../../../infra/stack-error.ts";
import type { EngineAddress } from "../docker-client.ts";
import { listeningPorts, listeningProcess } from "../../os/listening-process.ts";
import type { PortHolder } from "../../os/listening-process.ts";
import { SshChannel } from "./ssh-channel.ts";
import { destinationName, loginWords, sshDestination } from "./ssh-destination.ts";
import { forwardPort } from "./forward-port.ts";

/** The machine on whose loopback an engine publishes the stack's ports. */
export interface EngineMachine {
  /** "ada@build-box:2222"; undefined where it is this machine. */
  readonly name: string | undefined;
  /** Whether this process can ask what is published there. */
  readonly reachable: boolean;
  /**
   * Where this process can ask an address of that machine's loopback.
   *
   * @throws StackError where it can't.
   */
  readonly reach: (address: string) => Promise<string>;
  /** False only where something is known to listen on the port. */
  readonly isFree: (port: number) => Promise<boolean>;
  /** The program that listens on a port, as far as can be told. */
  readonly holder: (port: number) => Promise<PortHolder>;
  /** What a person types to have that machine's ports on this one; undefined where nothing is needed. */
  readonly forwardCommand: (addresses: readonly string[]) => string | undefined;
}

/** What a person has to know to use `addresses`; empty where they are this machine's. */
export function describeMachine(
  { name, forwardCommand }: Pick<EngineMachine, "name" | "forwardCommand">,
  addresses: readonly string[],
): string[] {
  if (name === undefined) return [];
  const command = forwardCommand(addresses);
  const where = `These addresses are open on ${name} itself only.`;
  return command === undefined
    ? [where]
    : [where, "To open them here, leave this command running:", `  ${command}`];
}

export function engineMachine({ host }: EngineAddress): EngineMachine {
  const url = new URL(host);
  if (url.protocol === "ssh:") return overSsh(host);
  const isHere = ["unix:", "npipe:"].includes(url.protocol) || isLoopback(url.hostname);
  return isHere ? thisMachine : outOfReach(url.hostname);
}

function isLoopback(name: string): boolean {
  return name === "localhost" || name === "[::1]" || /^127(\.\d+){3}$/.test(name);
}

export const thisMachine: EngineMachine = {
  name: undefined,
  reachable: true,
  reach: (address) => Promise.resolve(address),
  isFree: isFreeHere,
  holder: async (port) => (await listeningProcess(port)) ?? { kind: "unknown" },
  forwardCommand: () => undefined,
};

/** False only where somebody listens: low ports that are ours to ask for are Docker's to open. */
function isFreeHere(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => {
      resolve(error.code !== "EADDRINUSE");
    });
    server.listen(port, "127.0.0.1", () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}

function overSsh(host: string): EngineMachine {
  const destination = sshDestination(host);
  const name = destinationName(destination);
  const forwards = new Map<string, Promise<number>>();
  const forwarded = (port: string): Promise<number> => {
    const known = forwards.get(port) ?? forwardPort(destination, port);
    forwards.set(port, known);
    return known;
  };
  let listening: Promise<ReadonlySet<number>> | undefined;
  return {
    name,
    reachable: true,
    reach: async (address) => {
      const url = new URL(address);
      return address.replace(url.host, `127.0.0.1:${await forwarded(url.port)}`);
    },
    isFree: async (port) => {
      // Linux keeps the table; of another system nothing is known, and its engine refuses a taken port.
      const command = ["cat", "/proc/net/tcp", "/proc/net/tcp6"];
      listening ??= text(new SshChannel(destination, { command })).then(
        listeningPorts,
        () => new Set<number>(),
      );
      return !(await listening).has(port);
    },
    holder: () => Promise.resolve({ kind: "unknown", machine: name }),
    forwardCommand: (addresses) => {
      const ports = addresses.map((address) => new URL(address).port);
      const forwardings = ports.map((port) => `-L ${port}:127.0.0.1:${port}`);
      return ["ssh", "-N", ...forwardings, ...loginWords(destination)].join(" ");
    },
  };
}

/** An engine that is spoken to over TCP, on a machine that gives no other way in. */
function outOfReach(name: string): EngineMachine {
  return {
    name,
    reachable: false,
    reach: () => Promise.reject(outOfReachError(name)),
    isFree: () => Promise.resolve(true),
    holder: () => Promise.resolve({ kind: "unknown", machine: name }),
    forwardCommand: () => undefined,
  };
}

function outOfReachError(name: string): StackError {
  return new StackError(`The services' ports are open on ${name} itself only.`, {
    remedy:
      `Log in to ${name} and run the command there; or reach its engine with ` +
      `DOCKER_HOST=ssh://USER@${name}, through which the ports can be asked too.`,
  });
}
