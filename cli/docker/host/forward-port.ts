import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { pipeline } from "node:stream";
import { SshChannel } from "./ssh-channel.ts";
import type { SshDestination } from "./ssh-destination.ts";

/**
 * Opens a port on this machine's loopback whose connections end at `port` on the other one's, for as long as
 * this process lives.
 *
 * Not `ssh -L`: it can't choose a free port, and does not say when it listens.
 */
export async function forwardPort(destination: SshDestination, port: string): Promise<number> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    const channel = new SshChannel(destination, { options: ["-W", `127.0.0.1:${port}`] });
    // A connection that fails is closed, as it would be where nobody listens.
    pipeline(socket, channel, socket, () => undefined);
  });
  server.listen(0, "127.0.0.1").unref();
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}
