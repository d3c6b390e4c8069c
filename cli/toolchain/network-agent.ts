import { rootCertificates } from "node:tls";
import { type Dispatcher, EnvHttpProxyAgent } from "undici";
import { networkSettings } from "../../infra/network-settings.ts";
import { trustedCertificates } from "../../infra/trusted-certificates.ts";

/**
 * Connections as the environment asks for them: through its proxies, and trusting what the system
 * trusts. A separate one, because the limits of a large download are not those of other requests.
 */
export function networkAgent(
  environment: NodeJS.ProcessEnv,
  { connectWithin }: { readonly connectWithin: number },
): Dispatcher {
  const network = networkSettings(environment);
  const connect = {
    ca: [...rootCertificates, trustedCertificates(process.cwd(), network)],
    timeout: connectWithin,
    // Node's own 250 ms to try an address is too short for slow lines.
    autoSelectFamilyAttemptTimeout: 1_000,
  };
  return new EnvHttpProxyAgent({
    // Empty and not absent: it would read the environment by its own rules.
    httpProxy: network.host.http ?? "",
    httpsProxy: network.host.https ?? "",
    noProxy: network.host.except.join(","),
    connect,
    proxyTls: connect,
    requestTls: connect,
    // Whoever downloads has its own limits.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
}
