import type { Settings } from "../settings/definitions.ts";

/** A setting that moves a port on this machine: one of infra/settings/definitions.ts. */
export type PortSetting = Extract<keyof Settings, `${string}_PORT`>;

/** Where a service listens: inside the stack's network, and on this machine where it has a port there. */
interface Endpoint {
  /** What its address on this machine starts with: "http", "postgresql". */
  readonly scheme: string;
  /** Inside its container, in both image sources. */
  readonly port: number;
  /** A path that answers 200 without a key when the service works; http only. */
  readonly healthPath?: string;
  /** The setting of its port on this machine; a service without one is reached inside the stack only. */
  readonly setting?: PortSetting;
}

/** A port of a service that is published on this machine. */
export interface Port extends Pick<Endpoint, "scheme" | "healthPath"> {
  /** Inside the container. */
  readonly internal: number;
  /** On this machine's loopback interface. */
  readonly external: number;
  /** The setting that moves it. */
  readonly setting: PortSetting;
}

/** Every service of the stack: its name here is its host name, and its word in every command. */
export const endpoints = {
  postgres: { scheme: "postgresql", port: 5432, setting: "POSTGRES_PORT" },
  qdrant: { scheme: "http", port: 6333, healthPath: "/readyz", setting: "QDRANT_PORT" },
  embeddings: { scheme: "http", port: 8000, healthPath: "/v1/models" },
  model: { scheme: "http", port: 8080, healthPath: "/health" },
  // Traces come in on the same port, as OTLP over HTTP, from inside the stack.
  phoenix: { scheme: "http", port: 6006, healthPath: "/readyz", setting: "PHOENIX_PORT" },
  searxng: { scheme: "http", port: 8080, healthPath: "/healthz", setting: "SEARXNG_PORT" },
  litellm: {
    scheme: "http",
    port: 4000,
    // Never /health: it makes paid calls to every model.
    healthPath: "/health/liveliness",
    setting: "LITELLM_PORT",
  },
  agent: { scheme: "http", port: 8000, healthPath: "/readyz", setting: "AGENT_PORT" },
  "open-webui": { scheme: "http", port: 8080, healthPath: "/health", setting: "OPENWEBUI_PORT" },
} as const satisfies Readonly<Record<string, Endpoint>>;

export type ServiceName = keyof typeof endpoints;

// Here alone, so that a wrong line above is one error more and not one for each reader.
const byName: Readonly<Record<string, Endpoint>> = endpoints;

/** Undefined for what is not a service of the stack, such as a container of a preparation. */
export function endpointOf(service: string): Endpoint | undefined {
  return byName[service];
}

type HttpService = {
  [Name in ServiceName]: (typeof endpoints)[Name]["scheme"] extends "http" ? Name : never;
}[ServiceName];

/** "http://phoenix:6006": how other services reach it. */
export function internalUrl(service: HttpService): string {
  return `http://${service}:${endpoints[service].port}`;
}

/** A role's own database; both have one name. */
export function databaseUrl(role: string, password: string): string {
  return `postgresql://${role}:${password}@postgres:${endpoints.postgres.port}/${role}`;
}

/** What of a service is published on this machine; nothing where no setting says a port. */
export function publishedPorts(service: ServiceName, settings: Settings): readonly Port[] {
  const endpoint = endpointOf(service);
  if (endpoint?.setting === undefined) return [];
  const { scheme, port: internal, healthPath, setting } = endpoint;
  const external = settings[setting];
  return [{ scheme, internal, external, setting, ...(healthPath !== undefined && { healthPath }) }];
}

/** The setting that moves a service's port on this machine, for a sentence: "AGENT_PORT". */
export function portSettingOf(service: string): string {
  return endpointOf(service)?.setting ?? `${service}_PORT`;
}
