import type { Duplex } from "node:stream";
import { SshChannel } from "./ssh-channel.ts";
import { dialCommand, type SshDestination } from "./ssh-destination.ts";

// An import of it loads all that it exports, a client for WebSockets included: a third of a short command's time.
const { Agent } = process.getBuiltinModule("node:http");

/**
 * Connections to the engine of another machine, each through the user's `ssh` as the docker command makes
 * them. They are kept and used again: each costs a login.
 */
export class SshAgent extends Agent {
  readonly #destination: SshDestination;

  constructor(destination: SshDestination) {
    super({ keepAlive: true });
    this.#destination = destination;
  }

  override createConnection(): Duplex {
    return new SshChannel(this.#destination, { command: dialCommand(this.#destination) });
  }
}
