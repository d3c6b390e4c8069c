import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { AgentStack } from "agent-stack/infra";
import { secretsFrom, type SettingValues, stackOfValues } from "agent-stack/infra/settings";

const config = new pulumi.Config();
const project = config.get("projectName") ?? "own";

// The clone of agent-stack, from this program's folder.
const root = "../../..";
const stack = stackOfValues(
  {
    ...secretsFrom(config.require("stackKey")),
    // Any setting of docs/configuration.md: pulumi config set --path settings.AGENT_PORT 8100
    ...config.getObject<SettingValues>("settings"),
    STACK_PROJECT_NAME: project,
    IMAGE_SOURCE: config.get("imageSource") ?? "registry",
  },
  { stackName: pulumi.getStack(), root, environment: process.env },
);
// The state remembers the engine's address, and another one is refused.
const host = process.env["DOCKER_HOST"] ?? "unix:///var/run/docker.sock";
const assistant = new AgentStack("assistant", { stack, root, engine: { host } });

// Your own container: it reaches the services by their names, and starts after them.
const agent = assistant.containers.get("agent");
if (!agent) throw new Error("The stack has no agent.");
const report = "fetch('http://agent:8000/readyz').then(({ status }) => console.log(status))";
new docker.Container(
  "reporter",
  {
    name: `${project}-reporter`,
    image: agent.image,
    entrypoints: ["node", "-e", `setInterval(() => ${report}, 5000)`],
    networksAdvanced: [{ name: assistant.network.name }],
  },
  { dependsOn: [assistant], provider: assistant.provider },
);

export const agentAddress = assistant.addresses["agent"];
