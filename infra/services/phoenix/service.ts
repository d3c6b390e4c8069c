import { probe, pythonProbe } from "../../healthcheck.ts";
import { pulledImage } from "../../images/registry-images.ts";
import type { ServiceSpec } from "../../service.ts";
import type { Settings } from "../../settings/definitions.ts";
import { databaseUrl, endpoints, publishedPorts } from "../endpoints.ts";
import { projectName } from "../../project-name.ts";
import { withDatabase } from "../with-database.ts";

/** The project in Phoenix under which the traces of the agent and of LiteLLM come together. */
export const traceProject = projectName;

export function phoenix(settings: Settings, readText: (path: string) => string): ServiceSpec {
  const source = settings.IMAGE_SOURCE === "registry" ? published(readText) : built;
  return {
    name: "phoenix",
    summary: "traces of runs, models and tools",
    image: source.image,
    command: [
      ...source.interpreter,
      ...withDatabase(readText, {
        prelude: readText("infra/services/phoenix/lazy_anthropic.py"),
        variable: "PHOENIX_SQL_DATABASE_URL",
        modules: ["phoenix.server.main"],
        command: ["phoenix.server.main", "serve"],
      }),
    ],
    environment: {
      TZ: settings.TIMEZONE,
      PHOENIX_HOST: "0.0.0.0",
      PHOENIX_PORT: String(endpoints.phoenix.port),
      PHOENIX_GRPC_PORT: "4317",
      // Without it Phoenix writes below its home, which the published image has in its read-only root.
      PHOENIX_WORKING_DIR: "/tmp/phoenix",
      HOME: "/tmp",
      PHOENIX_SQL_DATABASE_URL: {
        secret: databaseUrl("phoenix", settings.PHOENIX_DB_PASSWORD),
      },
      PHOENIX_TELEMETRY_ENABLED: "false",
      PHOENIX_ALLOW_EXTERNAL_RESOURCES: "false",
      // By default it runs an assistant that may use a shell, the web and sandboxes.
      PHOENIX_DISABLE_AGENT_ASSISTANT: "true",
      PHOENIX_AGENTS_DISABLE_BASH: "true",
      PHOENIX_AGENTS_DISABLE_WEB_ACCESS: "true",
      PHOENIX_AGENTS_DISABLE_GITHUB: "true",
      PHOENIX_ENABLE_MCP_SERVER: "false",
      PHOENIX_ALLOWED_SANDBOX_PROVIDERS: "NONE",
    },
    ports: publishedPorts("phoenix", settings),
    mounts: [],
    files: [],
    tmpfs: source.tmpfs,
    user: source.user,
    healthcheck: source.healthcheck,
    memoryMegabytes: 1536,
    usualMegabytes: 380,
    stopGraceSeconds: 30,
    replacementSeconds: 9,
    dependsOn: ["postgres"],
    startsAfter: ["postgres"],
  };
}

const scratch = "size=256m,mode=1777";

const built = {
  image: { context: "infra/services/phoenix", dockerfile: "Dockerfile" },
  interpreter: ["python3"],
  tmpfs: { "/tmp": scratch },
  user: "10001:10001",
  healthcheck: probe(endpoints.phoenix, { startPeriodSeconds: 300 }),
};

function published(readText: (path: string) => string) {
  return {
    image: pulledImage("phoenix"),
    // It is the image's entry point.
    interpreter: [],
    // Where the project's own Helm chart gives it scratch space on a read-only root.
    tmpfs: { "/tmp": scratch, "/var/log": scratch, "/var/tmp": scratch },
    user: "65532:65532",
    // The image has no shell.
    healthcheck: pythonProbe(readText, "/usr/bin/python3", endpoints.phoenix, {
      startPeriodSeconds: 300,
    }),
  };
}
