import { bashProbe } from "../../healthcheck.ts";
import { pulledImage } from "../../images/registry-images.ts";
import type { ServiceSpec } from "../../service.ts";
import type { Settings } from "../../settings/definitions.ts";
import { endpoints, publishedPorts } from "../endpoints.ts";

const folder = "infra/services/postgres";
const scripts = ["entrypoint.sh", "ensure-superuser.sql", "ensure-database.sql"];

export function postgres(settings: Settings, readText: (path: string) => string): ServiceSpec {
  return {
    name: "postgres",
    summary: "conversations, traces and chats",
    ...(settings.IMAGE_SOURCE === "registry" ? published(readText) : built),
    environment: {
      TZ: settings.TIMEZONE,
      // Where the entry point opens the socket. Clients inside the container look there: the published
      // image's would look in /var/run/postgresql.
      PGHOST: "/tmp",
      POSTGRES_DATABASES: "agent phoenix openwebui",
      POSTGRES_PASSWORD: { secret: settings.POSTGRES_PASSWORD },
      AGENT_DB_PASSWORD: { secret: settings.AGENT_DB_PASSWORD },
      PHOENIX_DB_PASSWORD: { secret: settings.PHOENIX_DB_PASSWORD },
      OPENWEBUI_DB_PASSWORD: { secret: settings.OPENWEBUI_DB_PASSWORD },
    },
    ports: publishedPorts("postgres", settings),
    // Not at …/data: from version 18 the image keeps each major version in a folder of its own here.
    mounts: [{ volume: "data", path: "/var/lib/postgresql", dataFormat: "postgres-18" }],
    tmpfs: { "/tmp": "size=64m,mode=1777" },
    // The same in both images, so either can take over the other's data.
    user: "999:999",
    // Over TCP: the server that ensures roles at start listens on its socket only.
    healthcheck: bashProbe(
      readText,
      { port: endpoints.postgres.port, check: "pg_isready -q -h 127.0.0.1 -U postgres" },
      { startPeriodSeconds: 120 },
    ),
    memoryMegabytes: 512,
    usualMegabytes: 100,
    sharedMemoryMegabytes: 128,
    stopGraceSeconds: 60,
    replacementSeconds: 12,
    dependsOn: [],
    startsAfter: [],
  };
}

const built = {
  image: { context: folder, dockerfile: "Dockerfile" },
  files: [],
} satisfies Partial<ServiceSpec>;

/** Our own entry point in the published image: its own makes roles at the very first start only. */
function published(readText: (path: string) => string) {
  return {
    image: pulledImage("postgres"),
    entrypoint: ["sh", "/opt/postgres/entrypoint.sh"],
    files: scripts.map((name) => ({
      path: `/opt/postgres/${name}`,
      content: readText(`${folder}/${name}`),
    })),
  } satisfies Partial<ServiceSpec>;
}
