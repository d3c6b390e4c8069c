import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { Duplex } from "node:stream";
import { connect, type AddressInfo } from "node:net";

/** A proxy that connects its clients to anything on loopback, for those who know its password. */
export class HttpProxy {
  /** Each target that was asked for, as "HOST:PORT". */
  readonly asked: string[] = [];
  /** `user:password`; empty asks for none. */
  credentials = "";
  /** What it answers instead of connecting. */
  refusal: number | undefined;
  readonly #sockets = new Set<Duplex>();
  readonly #server: Server = createServer();

  async open(): Promise<void> {
    this.#server.on("connect", (request, client, head) => {
      const { url = "", headers } = request;
      this.asked.push(url);
      const expected = `Basic ${Buffer.from(this.credentials).toString("base64")}`;
      const isAllowed = this.credentials === "" || headers["proxy-authorization"] === expected;
      const refusal = isAllowed ? this.refusal : 407;
      if (refusal !== undefined) {
        client.end(`HTTP/1.1 ${refusal} Refused\r\ncontent-length: 0\r\n\r\n`);
        return;
      }
      // Names are not looked up: whatever the host, the port on loopback answers.
      const target = connect(Number(url.split(":").at(-1)), "127.0.0.1", () => {
        client.write("HTTP/1.1 200 Connection established\r\n\r\n");
        target.write(head);
        target.pipe(client).pipe(target);
      });
      for (const socket of [target, client]) {
        this.#sockets.add(socket.on("error", () => socket.destroy()));
      }
    });
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
  }

  /** With `user:password` it is part of the address. */
  url(credentials = ""): string {
    const { port } = this.#server.address() as AddressInfo;
    return `http://${credentials === "" ? "" : `${credentials}@`}127.0.0.1:${port}`;
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.closeAllConnections();
    this.#server.close();
  }
}
