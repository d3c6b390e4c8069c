import type { Settings } from "./settings/definitions.ts";

/** The settings by which a company says how its containers reach the internet. */
export type OutboundSettings = Pick<
  Settings,
  "OUTBOUND_PROXY" | "OUTBOUND_NO_PROXY" | "COMPANY_CA_FILE"
>;

/** Proxies as programs are told of them; an address may have a password in it. */
export interface Proxies {
  readonly http?: string;
  readonly https?: string;
  /** Hosts that are reached directly. */
  readonly except: readonly string[];
}

/** How the internet is reached from here. Only this module knows the variables' names. */
export interface NetworkSettings {
  /** By programs on this machine. */
  readonly host: Proxies;
  /** By the steps of an image's build, whose loopback is not this machine's. */
  readonly builds: Proxies;
  /** Files in PEM form that programs of this machine are told to trust; one that is gone is passed over. */
  readonly certificates: readonly string[];
  /** The same from COMPANY_CA_FILE, which has to be there. */
  readonly companyCertificates?: string;
  /** Package indexes in place of the public ones, by the variable that names them. */
  readonly mirrors: Readonly<Record<string, string>>;
}

/** What is on this machine, or in the stack's own network, is never asked for through a proxy. */
const neverProxied: readonly string[] = ["localhost", "127.0.0.1", "::1"];

const mirrorVariables = ["PIP_INDEX_URL", "NPM_CONFIG_REGISTRY"] as const;

export function networkSettings(
  environment: NodeJS.ProcessEnv,
  outbound: Partial<OutboundSettings> = {},
): NetworkSettings {
  // As curl and Python do: the name in small letters is the stronger one.
  const valueOf = (name: string): string | undefined =>
    [name.toLowerCase(), name].map((each) => environment[each]?.trim()).find(Boolean);
  const forAll = httpAddress(valueOf("ALL_PROXY"));
  const http = httpAddress(valueOf("HTTP_PROXY")) ?? forAll;
  const https = httpAddress(valueOf("HTTPS_PROXY")) ?? forAll;
  const direct = hostList(valueOf("NO_PROXY"));
  const common = outbound.OUTBOUND_PROXY || undefined;
  const except = [
    ...new Set([...direct, ...hostList(outbound.OUTBOUND_NO_PROXY), ...neverProxied]),
  ];
  return {
    host: proxies(http ?? common, https ?? common, except),
    builds: proxies(common ?? fromContainers(http), common ?? fromContainers(https), except),
    certificates: [environment["SSL_CERT_FILE"], environment["NODE_EXTRA_CA_CERTS"]].flatMap(
      (file) => (file ? [file] : []),
    ),
    ...(outbound.COMPANY_CA_FILE && { companyCertificates: outbound.COMPANY_CA_FILE }),
    mirrors: Object.fromEntries(
      mirrorVariables.flatMap((name) => {
        const value = valueOf(name);
        return value === undefined ? [] : [[name, value]];
      }),
    ),
  };
}

/** The variables by which programs are told of their proxies, in both spellings; none without one. */
export function proxyVariables({ http, https, except }: Proxies): Record<string, string> {
  if (http === undefined && https === undefined) return {};
  const variables = Object.entries({
    HTTP_PROXY: http,
    HTTPS_PROXY: https,
    NO_PROXY: except.join(","),
  }).flatMap(([name, value]) =>
    value === undefined
      ? []
      : [
          [name, value],
          [name.toLowerCase(), value],
        ],
  );
  return Object.fromEntries(variables) as Record<string, string>;
}

/** The names of those variables, which tell a command that they are passed on to. */
export const proxyVariableNames: readonly string[] = Object.keys(
  proxyVariables({ http: "any", https: "any", except: [] }),
);

/** The variables by which common libraries find the certificates to trust: OpenSSL, pip, requests, curl, Node. */
export function certificateVariables(bundle: string): Record<string, string> {
  const names = [
    "SSL_CERT_FILE",
    "PIP_CERT",
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "NODE_EXTRA_CA_CERTS",
  ];
  return Object.fromEntries(names.map((name) => [name, bundle]));
}

/** Whether a proxy listens on the loopback interface, where no container reaches it. */
export function isLoopback(address: string): boolean {
  const { hostname } = new URL(address);
  return /^(localhost|127\..*|\[::1\])$/.test(hostname);
}

function proxies(http: string | undefined, https: string | undefined, except: string[]): Proxies {
  return { ...(http && { http }), ...(https && { https }), except };
}

function fromContainers(address: string | undefined): string | undefined {
  return address === undefined || isLoopback(address) ? undefined : address;
}

/** A proxy's address with its scheme; undefined for a SOCKS proxy and for what is not an address. */
function httpAddress(value: string | undefined): string | undefined {
  if (value === undefined) return undefined;
  const address = value.includes("://") ? value : `http://${value}`;
  return /^https?:\/\//.test(address) && URL.canParse(address) ? address : undefined;
}

function hostList(value: string | undefined): string[] {
  return (value ?? "").split(/[\s,]+/).filter(Boolean);
}
