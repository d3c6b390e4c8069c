import { certificateVariables, type OutboundSettings, proxyVariables } from "./network-settings.ts";
import type { ConfigFile, Preparation, Secret, ServiceSpec } from "./service.ts";

/** How a container reaches the internet: what OUTBOUND_PROXY and COMPANY_CA_FILE give it. */
export interface OutboundAccess {
  readonly proxies: Readonly<Record<string, string | Secret>>;
  /** The company's certificates alone. */
  readonly companyCertificates?: string;
  /** With the proxies, and what says where the files are. */
  readonly environment: Readonly<Record<string, string | Secret>>;
  readonly files: readonly ConfigFile[];
}

export const bundleInContainer = "/etc/agent-stack/outbound-ca.crt";

/**
 * The variables and files for a container that calls out; none where nothing is set, which leaves
 * every other container as it is.
 *
 * @param neighbours - the services of the stack, which are never asked for through the proxy.
 * @param certificates - the texts that COMPANY_CA_FILE makes: a whole bundle, and the company's own.
 */
export function outboundAccess(
  settings: OutboundSettings,
  neighbours: readonly string[],
  certificates: { readonly bundle: string; readonly own: string } | undefined,
): OutboundAccess {
  const { OUTBOUND_PROXY: proxy, OUTBOUND_NO_PROXY: exceptions } = settings;
  const except = [...exceptions.split(/[\s,]+/), "localhost", "127.0.0.1", "::1", ...neighbours];
  const proxies = { ...(proxy && { http: proxy, https: proxy }), except: except.filter(Boolean) };
  const variables = Object.entries(proxyVariables(proxies)).map(([name, value]) => [
    name,
    value === proxy ? { secret: value } : value,
  ]);
  const told = Object.fromEntries(variables) as Record<string, string | Secret>;
  return {
    proxies: told,
    ...(certificates && { companyCertificates: certificates.own }),
    environment: { ...told, ...(certificates && certificateVariables(bundleInContainer)) },
    files: certificates ? [{ path: bundleInContainer, content: certificates.bundle }] : [],
  };
}

/** `spec` with that access, where it calls out, or what prepares its volumes does. */
export function withOutboundAccess(spec: ServiceSpec, access: OutboundAccess): ServiceSpec {
  const { preparation } = spec;
  const prepared = preparation?.callsOut
    ? { ...spec, preparation: { ...preparation, ...preparationAccess(preparation, access) } }
    : spec;
  if (!spec.callsOut) return prepared;
  return {
    ...prepared,
    environment: { ...spec.environment, ...access.environment },
    files: [...spec.files, ...access.files],
  };
}

/** No file is copied into a container that is removed at its end: its certificates are a variable. */
function preparationAccess(
  { environment }: Preparation,
  { proxies, companyCertificates }: OutboundAccess,
): Pick<Preparation, "environment"> {
  const certificates = companyCertificates ? { COMPANY_CERTIFICATES: companyCertificates } : {};
  return { environment: { ...environment, ...proxies, ...certificates } };
}
