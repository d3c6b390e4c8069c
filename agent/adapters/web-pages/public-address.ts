import ipaddr from "ipaddr.js";

/** Where addresses of the IPv6 Internet are handed out from; everything else is somebody's own. */
const globalUnicast = ipaddr.IPv6.parseCIDR("2000::/3");
/** RFC 6052: what a DNS64 resolver answers for a name that has IPv4 only. */
const nat64 = ipaddr.IPv6.parseCIDR("64:ff9b::/96");
/** Azure's host answers its virtual machines here, on an address that looks public. */
const hostsOfClouds = new Set(["168.63.129.16"]);

/**
 * Whether an address is one of the public Internet's, so that a connection to it stays out of the
 * stack, its machine and its networks.
 *
 * @param text An address in its usual form: no brackets, no zone.
 */
export function isPublicAddress(text: string): boolean {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return isPublicIPv4(ipaddr.IPv4.parse(text));
  // A zone id names a link, and there are no links on the Internet.
  if (text.includes("%") || !ipaddr.IPv6.isValid(text)) return false;
  return isPublicIPv6(ipaddr.IPv6.parse(text));
}

function isPublicIPv4(address: ipaddr.IPv4): boolean {
  return address.range() === "unicast" && !hostsOfClouds.has(address.toString());
}

/** Forms that hold an IPv4 address lead to it, or to a relay for it: 6to4, Teredo, mapped and others. */
function isPublicIPv6(address: ipaddr.IPv6): boolean {
  if (address.match(nat64)) return isPublicIPv4(lastFourBytes(address));
  if (!address.match(globalUnicast) || address.range() !== "unicast") return false;
  return !isIsatap(address) || isPublicIPv4(lastFourBytes(address));
}

/** RFC 5214: the interface's id is 0000:5efe or 0200:5efe and an IPv4 address. */
function isIsatap({ parts }: ipaddr.IPv6): boolean {
  return parts[5] === 0x5efe && (parts[4] === 0 || parts[4] === 0x200);
}

function lastFourBytes(address: ipaddr.IPv6): ipaddr.IPv4 {
  return new ipaddr.IPv4(address.toByteArray().slice(12));
}
