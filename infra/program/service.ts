import * as command from "@pulumi/command";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { componentTypes } from "./component-types.ts";
import type { RenderedContainer, StackIdentity } from "../render-container.ts";
import { labelNames, stackLabels, volumeKey, volumeName } from "../render-container.ts";
import type { RenderedPreparation } from "../render-preparation.ts";
import type { ServiceSpec } from "../service.ts";
import { replacedOnOurWord } from "../update-rules.ts";

/** Everything that one service is made of. */
export interface ServiceArgs {
  readonly spec: ServiceSpec;
  readonly identity: StackIdentity;
  readonly rendered: RenderedContainer;
  readonly preparations: readonly RenderedPreparation[];
  readonly network: docker.Network;
  /** Containers that must be healthy before this one starts. */
  readonly startsAfter: readonly docker.Container[];
  /** Declares the images under this component: what the container starts from, and others. */
  readonly images: (parent: pulumi.Resource) => ServiceImages;
}

export interface ServiceImages {
  readonly started: pulumi.Input<string>;
  /** The images of the preparations. */
  readonly preparing: readonly pulumi.Resource[];
}

/** One service of the stack: its images, volumes, preparations and container. */
export class Service extends pulumi.ComponentResource {
  readonly container: docker.Container;

  constructor(name: string, args: ServiceArgs, options: pulumi.ComponentResourceOptions) {
    super(componentTypes.service, name, {}, options);
    const { spec, identity, rendered, preparations, network, startsAfter } = args;
    const images = args.images(this);
    const volumes = spec.mounts.map((mount) => this.#volume(identity, mount));
    const mounted: pulumi.Resource[] = [network, ...volumes];
    const prepared = preparations.map((preparation) =>
      this.#preparation(preparation, [...images.preparing, ...mounted]),
    );
    this.container = this.#container(rendered, images.started, [
      ...mounted,
      ...prepared,
      ...startsAfter,
    ]);
    this.registerOutputs({ container: this.container.name });
  }

  #volume(identity: StackIdentity, mount: ServiceSpec["mounts"][number]): docker.Volume {
    return new docker.Volume(
      // Another format is another resource: the update makes its volume and lets go of this one.
      `volume-${volumeKey(mount)}`,
      {
        name: volumeName(identity, mount),
        labels: stackLabels(identity, { [labelNames.dataFormat]: mount.dataFormat }),
      },
      // Data is deleted by an explicit word only, never as a side effect of an update.
      { ...childOf(this), retainOnDelete: true, ignoreChanges: ["labels"] },
    );
  }

  /** What has to end well before the service starts; its progress is the log of its container. */
  #preparation(
    { name, command: create, environment, triggers }: RenderedPreparation,
    dependsOn: pulumi.Resource[],
  ): command.local.Command {
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
      { ...childOf(this), dependsOn },
    );
  }

  #container(
    { service, args, environment }: RenderedContainer,
    image: pulumi.Input<string>,
    dependsOn: pulumi.Resource[],
  ): docker.Container {
    const entries = Object.entries(environment).map(([name, value]) => {
      return typeof value === "string"
        ? `${name}=${value}`
        : pulumi.secret(`${name}=${value.secret}`);
    });
    return new docker.Container(
      service,
      { ...(structuredClone(args) as docker.ContainerArgs), image, envs: entries },
      {
        ...childOf(this),
        dependsOn,
        // The name is taken until the old container is gone.
        deleteBeforeReplace: true,
        replaceOnChanges: [...replacedOnOurWord],
      },
    );
  }
}

/** Stacks of before this component have the same resources without a parent: they stay as they are. */
export function childOf(parent: pulumi.Resource): pulumi.CustomResourceOptions {
  return { parent, aliases: [{ parent: pulumi.rootStackResource }] };
}
