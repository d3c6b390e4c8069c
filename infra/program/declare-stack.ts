import type { DesiredStack } from "../desired-stack.ts";
import { AgentStack } from "./agent-stack.ts";
import { projectName } from "../project-name.ts";
import type { EngineOptions } from "./docker-provider.ts";

/** What `pulumi stack output` shows. */
export interface Exported {
  /** Base addresses on this machine, by service. */
  readonly addresses: DesiredStack["addresses"];
}

/**
 * The program of this repository: one AgentStack. It runs with `infra/` as its working directory, by
 * `./stack` and by a bare `pulumi up`, and so finds the clone at "..".
 */
export function declareStack(stack: DesiredStack, engine: EngineOptions): Exported {
  const { addresses } = new AgentStack(projectName, { stack, root: "..", engine });
  return { addresses };
}
