import { isMap, parseDocument } from "yaml";
import type { OutboundSettings } from "../../network-settings.ts";
import { bundleInContainer } from "../../outbound-access.ts";

/**
 * SearXNG's settings with the company's proxy and certificates, which it takes from this file and from
 * no variable. What an operator wrote there is stronger.
 *
 * A password would be readable here, and in every preview: SearXNG is given the address without it.
 */
export function settingsWithProxy(text: string, outbound: OutboundSettings): string {
  const { OUTBOUND_PROXY, COMPANY_CA_FILE } = outbound;
  if (OUTBOUND_PROXY === "" && COMPANY_CA_FILE === "") return text;
  const document = parseDocument(text);
  // SearXNG itself says best what is wrong with such a file.
  if (document.errors.length > 0 || !isMap(document.contents)) return text;
  if (!isMap(document.get("outgoing"))) document.set("outgoing", document.createNode({}));
  const unlessSet = (name: string, value: unknown): void => {
    if (!document.hasIn(["outgoing", name])) {
      document.setIn(["outgoing", name], document.createNode(value));
    }
  };
  if (OUTBOUND_PROXY !== "") unlessSet("proxies", { "all://": [withoutPassword(OUTBOUND_PROXY)] });
  if (COMPANY_CA_FILE !== "") unlessSet("verify", bundleInContainer);
  return document.toString();
}

function withoutPassword(proxy: string): string {
  const { protocol, host } = new URL(proxy);
  return `${protocol}//${host}`;
}
