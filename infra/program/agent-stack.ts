import * as command from "@pulumi/command";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import type { DesiredStack } from "../desired-stack.ts";
import { componentTypes } from "./component-types.ts";
import { networkName, stackLabels } from "../render-container.ts";
import { startsAfter } from "../start-order.ts";
import { declareImages } from "./declare-images.ts";
import { dockerProvider, type EngineOptions } from "./docker-provider.ts";
import { childOf, Service } from "./service.ts";

/** What a stack says of itself after an update; the CLI reads these from the state. */
export interface StackOutputs {
  /** Base addresses on this machine, by service. */
  readonly addresses: DesiredStack["addresses"];
  readonly healthPages: DesiredStack["healthPages"];
  /** Container names, by service. */
  readonly containers: Readonly<Record<string, string>>;
  readonly applied: DesiredStack["record"];
}

export interface AgentStackArgs {
  /** The stack as data: `desiredStack()` makes it of settings. */
  readonly stack: DesiredStack;
  /**
   * The clone of this repository, as a path from the program's working directory: a relative path keeps
   * the state the same when the clone moves.
   */
  readonly root: string;
  /** Ignored where the component is given a Docker provider of the program's own. */
  readonly engine: EngineOptions;
}

/**
 * The whole stack as one component: `./stack up`, a bare `pulumi up` and programs of others make it, so
 * that all of them see the same resources.
 *
 * ```
 * AgentStack
 * ├── the Docker provider, with the engine's address
 * ├── Network, and the images that services share
 * ├── Service, one each: its image, volumes, preparations and container
 * └── the memory's schema
 * ```
 */
export class AgentStack extends pulumi.ComponentResource {
  /** Base addresses on this machine, by service: "http://127.0.0.1:8000". */
  readonly addresses: DesiredStack["addresses"];
  /** Where a program's own containers reach each service by its name. */
  readonly network: docker.Network;
  /** By the name of the service. */
  readonly containers: ReadonlyMap<string, docker.Container>;
  /** For a program's own containers on the same engine. */
  readonly provider: pulumi.ProviderResource;

  constructor(
    name: string,
    { stack, root, engine }: AgentStackArgs,
    options: pulumi.ComponentResourceOptions = {},
  ) {
    super(componentTypes.agentStack, name, {}, options);
    this.addresses = stack.addresses;
    this.provider = dockerProvider(this, engine);
    this.network = new docker.Network(
      "network",
      {
        name: networkName(stack.identity),
        driver: "bridge",
        labels: stackLabels(stack.identity),
      },
      { ...childOf(this), provider: this.provider },
    );
    this.containers = this.#services(stack, root);
    const schema = this.#memorySchema(stack);
    const made = [...this.containers.values(), ...(schema ? [schema] : [])].map(({ id }) => id);
    const names = stack.containers.map(({ service, args }) => [service, args.name] as const);
    const outputs: { [Name in keyof StackOutputs]: pulumi.Input<StackOutputs[Name]> } = {
      addresses: stack.addresses,
      healthPages: stack.healthPages,
      containers: Object.fromEntries(names),
      // Only after all of them: a killed or failed update must not pass for the last good one.
      applied: pulumi.all(made).apply(() => stack.record),
    };
    this.registerOutputs(outputs);
  }

  #services(stack: DesiredStack, root: string): Map<string, docker.Container> {
    const { identity } = stack;
    const imagesOf = declareImages(stack.images, { stack: this, provider: this.provider, root });
    const containers = new Map<string, docker.Container>();
    for (const [index, spec] of stack.specs.entries()) {
      const rendered = stack.containers[index];
      if (!rendered) throw new Error(`${spec.name} was not rendered.`);
      const args = {
        spec,
        identity,
        rendered,
        network: this.network,
        preparations: stack.preparations.filter(({ service }) => service === spec.name),
        startsAfter: startsAfter(spec).flatMap((name) => containers.get(name) ?? []),
        images: (parent: pulumi.Resource) => imagesOf(spec, parent),
      };
      const options = { parent: this, providers: [this.provider] };
      containers.set(spec.name, new Service(spec.name, args, options).container);
    }
    return containers;
  }

  /** The agent's own maintenance command, in its container: beside Qdrant, wherever Docker is. */
  #memorySchema(stack: DesiredStack): command.local.Command | undefined {
    const agent = this.containers.get("agent");
    // It asks Qdrant, and through LiteLLM how long a vector is.
    const asked = ["qdrant", "litellm", "embeddings"].flatMap((s) => this.containers.get(s) ?? []);
    const name = stack.containers.find(({ service }) => service === "agent")?.args.name;
    if (!agent || name === undefined) return undefined;
    return new command.local.Command(
      "memory-schema",
      {
        create: `docker exec "${name}" node maintenance.ts ensure-schema`,
        triggers: [agent.id],
      },
      { ...childOf(this), dependsOn: [agent, ...asked] },
    );
  }
}
