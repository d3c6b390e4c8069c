import { Resolver } from "node:dns/promises";
import { PageError } from "./page-error.ts";

/** Every address of a name. Throws a PageError when there is none. */
export type LookUp = (name: string, signal: AbortSignal) => Promise<readonly string[]>;

/**
 * Asks the DNS itself. The system's own lookup cannot be cancelled, and holds one of Node's few
 * threads for as long as a slow name server likes.
 *
 * @param servers Others than the system's.
 */
export function dnsLookUp(servers?: readonly string[]): LookUp {
  return async (name, signal) => {
    signal.throwIfAborted();
    const resolver = new Resolver({ timeout: 2000, tries: 2 });
    if (servers !== undefined) resolver.setServers(servers);
    const cancel = () => {
      resolver.cancel();
    };
    signal.addEventListener("abort", cancel, { once: true });
    try {
      // A machine without IPv6 fails at once on such an address: the others come first.
      const [four, six] = await Promise.allSettled([
        resolver.resolve4(name),
        resolver.resolve6(name),
      ]);
      signal.throwIfAborted();
      const addresses = [four, six].flatMap((each) =>
        each.status === "fulfilled" ? each.value : [],
      );
      if (addresses.length > 0) return addresses;
      throw new PageError("The address's name cannot be found.", { cause: reasonOf(four) });
    } finally {
      signal.removeEventListener("abort", cancel);
    }
  };
}

function reasonOf(result: PromiseSettledResult<unknown>): unknown {
  return result.status === "rejected" ? result.reason : undefined;
}
