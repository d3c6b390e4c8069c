import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import {
  directConnector,
  type Connector,
} from "../../agent/adapters/web-pages/pinned-connector.ts";
import { htmlReader } from "../../agent/adapters/web-pages/html-reader.ts";
import { webPages, type WebPagesOptions } from "../../agent/adapters/web-pages/web-pages.ts";
import type { PageFetcher } from "../../agent/ports/ports.ts";

export interface WebSite {
  readonly pages: (options?: Partial<WebPagesOptions>) => PageFetcher;
  /** The addresses that a connection was asked for, in order, as `address:port`. */
  readonly connections: readonly string[];
  /** The names that were looked up. */
  readonly lookedUp: readonly string[];
  readonly close: () => Promise<void>;
}

/** What the DNS says: the next answer each time, and the last one for ever. */
export type Records = Readonly<Record<string, readonly (readonly string[])[]>>;

export const publicAddress = "93.184.215.14";

/**
 * The web as `web_fetch` sees it. Every connection, whatever its address, is written down and led to
 * one server on loopback, so that a check that fails touches nothing.
 */
export async function webSite(listener: RequestListener, records: Records = {}): Promise<WebSite> {
  const server = createServer(listener);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const connections: string[] = [];
  const lookedUp: string[] = [];
  const reader = htmlReader();
  const direct = directConnector(1000);
  const connect: Connector = (options, callback) => {
    connections.push(
      `${options.hostname}:${options.port || (options.protocol === "https:" ? "443" : "80")}`,
    );
    return direct(
      { ...options, protocol: "http:", hostname: "127.0.0.1", port: String(port) },
      callback,
    );
  };
  const lookUp = (name: string) => {
    const answers = records[name] ?? [[publicAddress]];
    const asked = lookedUp.filter((each) => each === name).length;
    lookedUp.push(name);
    return Promise.resolve(answers[asked] ?? answers.at(-1) ?? []);
  };
  const defaults = { maxBytes: 2 * 1024 * 1024, maxRedirects: 5, timeoutMs: 8000 };
  return {
    pages: (options) => webPages({ ...defaults, lookUp, connect, reader, ...options }),
    connections,
    lookedUp,
    close: async () => {
      await reader.close();
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

export async function failureOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => "no error",
    (error: unknown) => (error as Error).message,
  );
}
