import * as tls from "node:tls";
import type { NetworkSettings } from "../../infra/network-settings.ts";
import { trustedCertificates } from "../../infra/trusted-certificates.ts";

/** Node itself reads NODE_EXTRA_CA_CERTS at its start, and SSL_CERT_FILE never. */
export function trustCertificates(root: string, network: NetworkSettings): void {
  // Node 22.18 has no such function: NODE_EXTRA_CA_CERTS alone helps there.
  const set = tls.setDefaultCACertificates as typeof tls.setDefaultCACertificates | undefined;
  set?.([trustedCertificates(root, network)]);
}
