import { portSettingOf } from "../../infra/services/endpoints.ts";
import { matching, moreMemoryRemedy, type Recogniser } from "./recogniser.ts";

/** What Docker itself says. */
export const dockerCauses: readonly Recogniser[] = [
  {
    id: "out-of-memory",
    seen: "Docker marks the container `OOMKilled`; exit code 137",
    find: ({ outOfMemory }) => (outOfMemory ? "" : undefined),
    cause: () => "It needed more memory than its limit: it, or a process of it, was killed.",
    remedy: (_, service) => moreMemoryRemedy(service),
  },
  {
    id: "port-taken",
    seen: "Docker could not start it: `port is already allocated`, `address already in use`",
    placeholder: "PORT",
    find: matching(
      ({ startError }) => [startError],
      /:(\d+)(?:\/tcp)?(?::| failed).*(?:already allocated|already in use)/,
    ),
    cause: (port) => `Something else on this machine listens on port ${port}.`,
    remedy: (_, service) =>
      `Stop it, or set ${portSettingOf(service)} in the stack's .env file, and run ./stack up again.`,
  },
  {
    id: "command-missing",
    seen: "Docker could not start it: `executable file not found`",
    placeholder: "COMMAND",
    find: matching(
      ({ startError }) => [startError],
      /exec: "([^"]+)": (?:executable file not found|stat)/,
    ),
    cause: (command) => `Its image has no ${command} to start.`,
    remedy: (_, service) =>
      `Correct the Dockerfile or the command in infra/services/${service}, and run ./stack up again.`,
  },
  {
    id: "probe-tool-missing",
    seen: "health checks: `executable file not found`, `command not found`",
    placeholder: "TOOL",
    find: matching(
      ({ healthLog }) => healthLog.map(({ output }) => output),
      /exec: "([^"]+)": (?:executable file not found|stat)|(\S+): (?:command )?not found/,
    ),
    cause: (tool) => `Its health check calls ${tool}, which its image does not have.`,
    remedy: (_, service) =>
      `Use a command that the image has in the health check of infra/services/${service}/service.ts, ` +
      "and run ./stack up again.",
  },
];
