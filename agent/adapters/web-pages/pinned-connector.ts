import type { Socket } from "node:net";
import { buildConnector } from "undici";

/** Opens a connection to `hostname`; the certificate is checked against `host`. */
export type Connector = (
  options: buildConnector.Options,
  callback: buildConnector.Callback,
) => Socket;

/** Undici's own, which gives back its socket without saying so in its types. */
export function directConnector(timeoutMs: number): Connector {
  const connect: unknown = buildConnector({ timeout: timeoutMs });
  return connect as Connector;
}

/**
 * Connects to these addresses only, one after the other until one answers, whatever the name of the
 * host leads to by now. The name stays what the certificate is checked against.
 */
export function pinnedConnector(
  connect: Connector,
  addresses: readonly string[],
  signal: AbortSignal,
): buildConnector.connector {
  return (options, callback) => {
    const attempt = (index: number, failure: Error) => {
      const hostname = addresses[index];
      if (hostname === undefined || signal.aborted) {
        callback(failure, null);
        return;
      }
      const socket = connect({ ...options, hostname }, (error, connected) => {
        signal.removeEventListener("abort", giveUp);
        if (error === null) callback(null, connected);
        else attempt(index + 1, error);
      });
      const giveUp = () => {
        socket.destroy(new Error("The connection was given up."));
      };
      signal.addEventListener("abort", giveUp, { once: true });
    };
    attempt(0, new Error("There is no address to connect to."));
  };
}
