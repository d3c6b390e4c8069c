/** The name of a setting in Pulumi's configuration: AGENT_PORT is `agent-stack:agentPort`. */
export function pulumiName(setting: string): string {
  return setting
    .toLowerCase()
    .replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
