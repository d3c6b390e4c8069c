import type { ServiceSpec } from "../../service.ts";
import type { Settings } from "../../settings/definitions.ts";

export function postgres(settings: Settings): ServiceSpec {
  return {
    name: "postgres",
    summary: "conversations and runs",
    image: { context: "infra/services/postgres", dockerfile: "Dockerfile" },
    environment: {
      TZ: settings.TIMEZONE,
      POSTGRES_DATABASES: "agent",
      POSTGRES_PASSWORD: { secret: settings.POSTGRES_PASSWORD },
      AGENT_DB_PASSWORD: { secret: settings.AGENT_DB_PASSWORD },
    },
    ports: [{ protocol: "postgres", internal: 5432, external: settings.POSTGRES_PORT }],
    mounts: [{ volume: "postgres-data", path: "/var/lib/postgresql", family: "postgres-18" }],
    files: [],
    tmpfs: { "/tmp": "size=64m,mode=1777" },
    user: "999:999",
    capabilities: [],
    healthcheck: {
      // Over TCP: the server that ensures roles at start listens on its socket only.
      command: ["pg_isready", "-q", "-h", "127.0.0.1", "-U", "postgres"],
      timeoutSeconds: 5,
      retries: 3,
      startPeriodSeconds: 60,
    },
    memoryMegabytes: 512,
    sharedMemoryMegabytes: 128,
    stopGraceSeconds: 60,
    dependsOn: [],
  };
}
