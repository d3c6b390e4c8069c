import { engineHost } from "../engine-host.ts";

const loopback = /^(localhost\.?|.+\.localhost|127(\.\d+){3}|0\.0\.0\.0|\[::1?\])$/i;

/**
 * A sentence about an address that means this machine to the person who wrote it, and the container
 * itself to the container; undefined for any other.
 *
 * @param name - where the address is written.
 */
export function loopbackProblem(name: string, address: string): string | undefined {
  if (!URL.canParse(address)) return undefined;
  const url = new URL(address);
  if (!loopback.test(url.hostname)) return undefined;
  const port = url.port === "" ? "" : `:${url.port}`;
  const meant = `${url.protocol}//${engineHost.host}${port}${url.pathname}`.replace(/\/$/, "");
  return (
    `${name} names ${url.hostname}, which is LiteLLM's own container to LiteLLM. Write ${meant}, and ` +
    "have the server listen on 0.0.0.0 or on the address of Docker's bridge, not on 127.0.0.1 alone."
  );
}
