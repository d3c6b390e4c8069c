import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** Another port on loopback that leads to one of this machine's, as `ssh -L` makes it. */
export class ForwardedPort {
  readonly port: number;
  readonly #server: Server;
  readonly #sockets: Set<Socket>;

  private constructor(server: Server, sockets: Set<Socket>) {
    this.port = (server.address() as AddressInfo).port;
    this.#server = server;
    this.#sockets = sockets;
  }

  static async open(target: number): Promise<ForwardedPort> {
    const sockets = new Set<Socket>();
    const server = createServer((client) => {
      const there = connect(target, "127.0.0.1");
      client.pipe(there).pipe(client);
      for (const [socket, other] of [
        [client, there],
        [there, client],
      ] as const) {
        sockets.add(socket);
        socket.on("error", () => other.destroy());
        socket.on("close", () => {
          sockets.delete(socket);
          other.destroy();
        });
      }
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return new ForwardedPort(server, sockets);
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }
}
