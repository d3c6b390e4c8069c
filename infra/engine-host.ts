/**
 * The engine's own machine. Docker Desktop resolves this name by itself; on Linux the engine (20.10 or
 * newer) puts the address of its bridge in the place of `host-gateway`.
 */
export const engineHost = { host: "host.docker.internal", ip: "host-gateway" } as const;
