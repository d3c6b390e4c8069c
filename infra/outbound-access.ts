import { certificateVariables, type OutboundSettings, proxyVariables } from "./network-settings.ts";
import type { ConfigFile, Secret, ServiceSpec } from "./service.ts";

/** How a container reaches the internet: what OUTBOUND_PROXY and COMPANY_CA_FILE give it. */
export interface OutboundAccess {
  readonly environment: Readonly<Record<string, string | Secret>>;
  readonly files: readonly ConfigFile[];
}

export const bundleInContainer = "/etc/agent-stack/outbound-ca.crt";

/**
 * The variables and files for a container that calls out; none where nothing is set, which leaves
 * every other container as it is.
 *
 * @param neighbours - the services of the stack, which are never asked for through the proxy.
 * @param certificates - the text of the bundle that COMPANY_CA_FILE makes.
 */
export function outboundAccess(
  settings: OutboundSettings,
  neighbours: readonly string[],
  certificates: string | undefined,
): OutboundAccess {
  const { OUTBOUND_PROXY: proxy, OUTBOUND_NO_PROXY: exceptions } = settings;
  const except = [...exceptions.split(/[\s,]+/), "localhost", "127.0.0.1", "::1", ...neighbours];
  const proxies = { ...(proxy && { http: proxy, https: proxy }), except: except.filter(Boolean) };
  const variables = Object.entries(proxyVariables(proxies)).map(([name, value]) => [
    name,
    value === proxy ? { secret: value } : value,
  ]);
  return {
    environment: {
      ...(Object.fromEntries(variables) as Record<string, string | Secret>),
      ...(certificates !== undefined && certificateVariables(bundleInContainer)),
    },
    files: certificates === undefined ? [] : [{ path: bundleInContainer, content: certificates }],
  };
}

/** `spec` with that access, where it calls out. */
export function withOutboundAccess(spec: ServiceSpec, access: OutboundAccess): ServiceSpec {
  if (!spec.callsOut) return spec;
  return {
    ...spec,
    environment: { ...spec.environment, ...access.environment },
    files: [...spec.files, ...access.files],
  };
}
