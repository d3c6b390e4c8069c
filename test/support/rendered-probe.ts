import { bashProbe, pythonProbe } from "../../infra/healthcheck.ts";
import { renderContainer } from "../../infra/render-container.ts";
import { desiredWith, testSources } from "./desired.ts";

/** The command of a health check as Docker gets it, for a server on `port` of this machine. */
export function renderedProbe(
  kind: "bash" | "python",
  port: number,
  healthIntervalSeconds: number,
  startPeriodSeconds: number,
): string[] {
  const { readText } = testSources;
  const options = { startPeriodSeconds };
  const healthcheck =
    kind === "bash"
      ? bashProbe(readText, { port, check: "/health" }, options)
      : pythonProbe(readText, "python3", { port, healthPath: "/health" }, options);
  const { specs, identity } = desiredWith();
  const [spec] = specs;
  if (!spec) throw new Error("no service");
  const stack = { ...identity, healthIntervalSeconds };
  const { tests } = renderContainer({ ...spec, healthcheck }, stack).args.healthcheck;
  return (tests as string[]).slice(1);
}
