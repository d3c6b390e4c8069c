import { projectName } from "../project-name.ts";

/** The types of our components in Pulumi's state. */
export const componentTypes = {
  agentStack: `${projectName}:index:AgentStack`,
  service: `${projectName}:index:Service`,
} as const;
