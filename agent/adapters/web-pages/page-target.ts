import { isIP } from "node:net";
import { PageError } from "./page-error.ts";
import { isPublicAddress } from "./public-address.ts";

/** An address that may be asked for, once the addresses behind its name are known to be public. */
export interface PageTarget {
  readonly url: URL;
  /** A name to look up, or undefined when `address` says it already. */
  readonly name?: string;
  /** A public IP address that was in the URL itself. */
  readonly address?: string;
}

/** RFC 6761 and its like: such names never lead out. */
const ownNames = /(^|\.)(localhost|local|internal|intranet|lan|home\.arpa|test|invalid|onion)$/;
const longestUrl = 4096;

/**
 * Reads an address that a model or a redirect gives. The URL parser brings every way to write an IP
 * address (decimal, hex, octal, short, percent-encoded, full-width) into the usual form first.
 *
 * @param from The page that redirects here; a relative address is resolved against it.
 * @throws PageError when it may not be asked for.
 */
export function pageTarget(text: string, from?: URL): PageTarget {
  const url = text.length <= longestUrl ? URL.parse(text, from?.href) : null;
  if (url === null) throw new PageError("The address is not a URL.");
  const isSecure = url.protocol === "https:";
  if (!isSecure && url.protocol !== "http:") {
    throw new PageError("Only http and https addresses can be fetched.");
  }
  if (url.username !== "" || url.password !== "") {
    throw new PageError("An address with a user name or a password is not fetched.");
  }
  // The default of a scheme is in a URL as "".
  if (url.port !== "" && url.port !== "80" && url.port !== "443") {
    throw new PageError("Only ports 80 and 443 can be fetched from.");
  }
  if (from?.protocol === "https:" && !isSecure) {
    throw new PageError("The page redirects from https to http, which is not followed.");
  }
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  if (isIP(host) !== 0) return { url, address: requirePublic(host) };
  return { url, name: requirePublicName(host) };
}

/** @throws PageError that does not say what the address was: a caller learns nothing of the network. */
export function requirePublic(address: string): string {
  if (isPublicAddress(address)) return address;
  throw new PageError("The address is not public.");
}

/** Refused before anybody is asked: an answer would tell which services there are. */
function requirePublicName(host: string): string {
  const name = host.replace(/\.$/, "").toLowerCase();
  if (name.includes(".") && !ownNames.test(name)) return name;
  throw new PageError("The address is not public.");
}
