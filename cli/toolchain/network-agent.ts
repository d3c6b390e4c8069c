import { getCACertificates } from "node:tls";
import { type Dispatcher, EnvHttpProxyAgent } from "undici";
import { StackError } from "../../infra/stack-error.ts";

/**
 * Connections as the environment asks for them: through its proxies, and trusting what the system
 * trusts, so that a company's own certificate authority needs no setting.
 */
export function networkAgent(
  environment: NodeJS.ProcessEnv,
  { connectWithin }: { readonly connectWithin: number },
): Dispatcher {
  const ca = [...new Set([...getCACertificates("default"), ...getCACertificates("system")])];
  const connect = {
    ca,
    timeout: connectWithin,
    // Node's own 250 ms to try an address is too short for slow lines.
    autoSelectFamilyAttemptTimeout: 1_000,
  };
  return new EnvHttpProxyAgent({
    httpProxy: proxy("HTTP_PROXY", environment),
    httpsProxy: proxy("HTTPS_PROXY", environment),
    noProxy: variable("NO_PROXY", environment),
    connect,
    proxyTls: connect,
    requestTls: connect,
    // Whoever downloads has limits of his own.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
}

function variable(name: string, environment: NodeJS.ProcessEnv): string {
  return environment[name.toLowerCase()] ?? environment[name] ?? "";
}

function proxy(name: string, environment: NodeJS.ProcessEnv): string {
  const value = variable(name, environment);
  if (value === "") return "";
  // curl and Go take an address without a scheme, too.
  const address = value.includes("://") ? value : `http://${value}`;
  if (URL.canParse(address)) return address;
  throw new StackError(`${name} is no address.`, {
    remedy: `Write it as http://HOST:PORT or http://USER:PASSWORD@HOST:PORT, or unset ${name}.`,
  });
}
