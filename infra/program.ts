import * as command from "@pulumi/command";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import type { DesiredStack } from "./desired-stack.ts";
import { imageArguments } from "./image-arguments.ts";
import {
  type BootstrappedImage,
  isPulled,
  type KeptImages,
  type PlannedImage,
} from "./image-plan.ts";
import type { ServiceSpec } from "./service.ts";
import {
  labelNames,
  networkName,
  type RenderedContainer,
  stackLabels,
  volumeKey,
  volumeName,
} from "./render-container.ts";
import { replacedOnOurWord } from "./update-rules.ts";

/** What the stack says of itself after an update; the CLI believes these and no default. */
export interface StackOutputs {
  /** Base addresses on this machine, by service. */
  readonly addresses: DesiredStack["addresses"];
  readonly healthPages: DesiredStack["healthPages"];
  /** Container names, by service. */
  readonly containers: Readonly<Record<string, string>>;
  readonly applied: DesiredStack["record"];
}

/**
 * Declares the stack's resources. The only file that makes any: `pulumi up` and `./stack up` both run
 * it, so both see the same state.
 *
 * It runs with `infra/` as its working directory, which is why contexts start with "../": relative
 * paths keep the state the same when a clone moves.
 */
export function declareStack(stack: DesiredStack): pulumi.Inputs {
  const images = declareImages(stack);
  const network = new docker.Network("network", {
    name: networkName(stack.identity),
    driver: "bridge",
    labels: stackLabels(stack.identity),
  });
  const volumes = declareVolumes(stack);
  const volumesOf = ({ mounts }: ServiceSpec) =>
    mounts.flatMap((mount) => volumes.get(volumeKey(mount)) ?? []);
  const containers = new Map<string, docker.Container>();
  for (const [index, spec] of stack.specs.entries()) {
    const rendered = stack.containers[index];
    const image = images.started.get(spec.name);
    if (!rendered || !image) throw new Error(`${spec.name} was not rendered.`);
    const mounted: pulumi.Resource[] = [network, ...volumesOf(spec)];
    const dependsOn: pulumi.Resource[] = [
      ...mounted,
      ...declarePreparations(stack, spec.name, [...images.preparing, ...mounted]),
      ...spec.dependsOn.flatMap((name) => containers.get(name) ?? []),
    ];
    containers.set(spec.name, declareContainer(rendered, image, dependsOn));
  }
  const schema = declareMemorySchema(stack, containers);
  const made = [...containers.values(), ...(schema ? [schema] : [])].map(({ id }) => id);
  return {
    addresses: stack.addresses,
    healthPages: stack.healthPages,
    containers: Object.fromEntries(
      stack.containers.map(({ service, args }) => [service, args.name]),
    ),
    // Not before all of it stands: a killed or failed update must not pass for the last good one.
    applied: pulumi.all(made).apply(() => stack.record),
  };
}

interface DeclaredImages {
  /** What each service's container is started from. */
  readonly started: ReadonlyMap<string, pulumi.Input<string>>;
  /** The images of the preparations. */
  readonly preparing: readonly pulumi.Resource[];
}

function declareImages({ images }: DesiredStack): DeclaredImages {
  if ("kept" in images) return { started: declareKept(images), preparing: [] };
  const { base, shared, services, preparations } = images;
  const baseImage = "script" in base ? declareBootstrap(base) : declareImage(base, []);
  const made = new Map<string, docker.RemoteImage>();
  const build = (image: PlannedImage): docker.RemoteImage => {
    const parents = image.needs.flatMap((name) => made.get(name) ?? []);
    const resource = declareImage(image, [baseImage, ...parents]);
    made.set(image.name, resource);
    return resource;
  };
  for (const image of shared) build(image);
  const started = new Map(
    [...services].map(([name, image]) => [
      name,
      // An image that was pulled is known by its reference: its id differs from engine to engine.
      isPulled(image) ? declarePull(name, image.reference).name : build(image).imageId,
    ]),
  );
  return { started, preparing: [...preparations.values()].map(build) };
}

function declareKept({ kept, resources }: KeptImages): Map<string, string> {
  // Whatever it says here, the state's own inputs stand.
  const asItIs = { ignoreChanges: ["*"] };
  for (const { name, isCommand } of resources) {
    if (isCommand) new command.local.Command(name, {}, asItIs);
    else new docker.RemoteImage(name, { name: "kept" }, asItIs);
  }
  return new Map(Object.entries(kept));
}

function declareBootstrap(base: BootstrappedImage): command.local.Command {
  return new command.local.Command("base-image", {
    create: `bash "../${base.script}" "${base.tag}"`,
    triggers: [base.tag],
  });
}

/** The provider's own 20 minutes are too few for a gigabyte on a slow line. */
const customTimeouts = { create: "60m", update: "60m" };

function declarePull(name: string, reference: string): docker.RemoteImage {
  const image = { name: reference, keepLocally: true };
  return new docker.RemoteImage(`image-${name}`, image, { customTimeouts });
}

function declareImage(image: PlannedImage, dependsOn: pulumi.Resource[]): docker.RemoteImage {
  return new docker.RemoteImage(`image-${image.name}`, imageArguments(image), {
    dependsOn,
    customTimeouts,
  });
}

function declareVolumes(stack: DesiredStack): Map<string, docker.Volume> {
  const mounts = stack.specs.flatMap((spec) => spec.mounts);
  return new Map(
    mounts.map((mount) => [
      volumeKey(mount),
      new docker.Volume(
        // Another format is another resource: the update makes its volume and lets go of this one.
        `volume-${volumeKey(mount)}`,
        {
          name: volumeName(stack.identity, mount),
          labels: stackLabels(stack.identity, { [labelNames.dataFormat]: mount.dataFormat }),
        },
        // Data is deleted by an explicit word only, never as a side effect of an update.
        { retainOnDelete: true, ignoreChanges: ["labels"] },
      ),
    ]),
  );
}

/** What has to end well before the service starts; its progress is the log of its container. */
function declarePreparations(
  { preparations }: DesiredStack,
  service: string,
  dependsOn: pulumi.Resource[],
): command.local.Command[] {
  return preparations
    .filter((preparation) => preparation.service === service)
    .map(({ name, command: create, environment, triggers }) => {
      const variables = Object.entries(environment).map(([variable, value]) => [
        variable,
        typeof value === "string" ? value : pulumi.secret(value.secret),
      ]);
      return new command.local.Command(
        name,
        {
          create,
          environment: Object.fromEntries(variables) as Record<string, pulumi.Input<string>>,
          triggers: [...triggers],
        },
        { dependsOn },
      );
    });
}

function declareContainer(
  rendered: RenderedContainer,
  image: pulumi.Input<string>,
  dependsOn: pulumi.Resource[],
): docker.Container {
  const { args, environment } = rendered;
  const entries = Object.entries(environment).map(([name, value]) => {
    return typeof value === "string"
      ? `${name}=${value}`
      : pulumi.secret(`${name}=${value.secret}`);
  });
  return new docker.Container(
    rendered.service,
    {
      ...(structuredClone(args) as docker.ContainerArgs),
      image,
      envs: entries,
    },
    {
      dependsOn,
      // The name is taken until the old container is gone.
      deleteBeforeReplace: true,
      replaceOnChanges: [...replacedOnOurWord],
    },
  );
}

/** The agent's own maintenance command: it sits beside Qdrant and the embeddings, wherever Docker is. */
function declareMemorySchema(
  stack: DesiredStack,
  containers: ReadonlyMap<string, docker.Container>,
): command.local.Command | undefined {
  const agent = containers.get("agent");
  const name = stack.containers.find(({ service }) => service === "agent")?.args.name;
  if (!agent || name === undefined) return undefined;
  return new command.local.Command(
    "memory-schema",
    {
      create: `docker exec "${name}" node maintenance.ts ensure-schema`,
      triggers: [agent.id],
    },
    { dependsOn: [agent] },
  );
}
