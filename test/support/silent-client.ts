import { once } from "node:events";
import { connect, type Socket } from "node:net";

export interface SilentClient {
  readonly socket: Socket;
  /** Resolves when the server has cut the connection. */
  readonly closed: Promise<void>;
}

/**
 * Sends a request and reads nothing of its answer.
 *
 * @param sent how much of the body is sent, of as much as is promised.
 */
export async function silentClient(
  address: string,
  path: string,
  body: object,
  headers: Readonly<Record<string, string>> = {},
  sent = Infinity,
): Promise<SilentClient> {
  const { hostname, port } = new URL(address);
  const socket = connect({ host: hostname, port: Number(port) });
  socket.on("error", () => undefined);
  // Paused before anything comes: what the server writes fills the kernel's buffers, then its own.
  socket.pause();
  await once(socket, "connect");
  const content = JSON.stringify(body);
  const lines = Object.entries({
    host: `localhost:${port}`,
    "content-type": "application/json",
    "content-length": String(Buffer.byteLength(content)),
    ...headers,
  }).map(([name, value]) => `${name}: ${value}`);
  socket.write(`POST ${path} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n${content.slice(0, sent)}`);
  return { socket, closed: once(socket, "close").then(() => undefined) };
}
