import { probe, pythonProbe } from "../../healthcheck.ts";
import { pulledImage } from "../../images/registry-images.ts";
import type { ServiceSpec } from "../../service.ts";
import type { Settings } from "../../settings/definitions.ts";
import { endpoints, publishedPorts } from "../endpoints.ts";
import { settingsWithProxy } from "./settings-with-proxy.ts";

export function searxng(settings: Settings, readText: (path: string) => string): ServiceSpec {
  const source = settings.IMAGE_SOURCE === "registry" ? published(readText) : built;
  return {
    name: "searxng",
    summary: "web search for agent and people",
    image: source.image,
    environment: {
      TZ: settings.TIMEZONE,
      ...source.environment,
      SEARXNG_SETTINGS_PATH: settingsFile,
      SEARXNG_SECRET: { secret: settings.SEARXNG_SECRET },
    },
    ports: publishedPorts("searxng", settings),
    mounts: [],
    files: [
      {
        path: settingsFile,
        content: settingsWithProxy(readText("infra/services/searxng/settings.yml"), settings),
      },
    ],
    tmpfs: source.tmpfs,
    user: source.user,
    healthcheck: source.healthcheck,
    memoryMegabytes: 512,
    usualMegabytes: 100,
    stopGraceSeconds: 10,
    replacementSeconds: 6,
    callsOut: true,
    dependsOn: [],
    startsAfter: [],
  };
}

/** Outside /etc/searxng, where the published image declares a volume. */
const settingsFile = "/opt/searxng/settings.yml";

const built = {
  image: { context: "infra/services/searxng", dockerfile: "Dockerfile" },
  environment: {},
  tmpfs: { "/tmp": "size=64m,mode=1777" },
  user: "10001:10001",
  healthcheck: probe(endpoints.searxng, { startPeriodSeconds: 120 }),
};

function published(readText: (path: string) => string) {
  return {
    image: pulledImage("searxng"),
    // Its default is every IPv6 address, which a host without IPv6 does not have.
    environment: { GRANIAN_HOST: "0.0.0.0" },
    // The image declares volumes at the last two, and Docker would make a new one for each container.
    tmpfs: {
      "/tmp": "size=64m,mode=1777",
      "/etc/searxng": "size=1m,mode=1777",
      "/var/cache/searxng": "size=64m,mode=1777",
    },
    user: "977:977",
    healthcheck: pythonProbe(readText, "python3", endpoints.searxng, { startPeriodSeconds: 120 }),
  };
}
