import { stringify } from "yaml";
import { commandHint } from "./command-hint.ts";
import { engineHost } from "./engine-host.ts";
import { imageName, isPulled, type ImagePlan } from "./image-plan.ts";
import {
  type ContainerArgs,
  labelNames,
  renderContainer,
  type StackIdentity,
  stackLabels,
  volumeKey,
  volumeName,
} from "./render-container.ts";
import type { ConfigFile, Mount, Secret, ServiceSpec } from "./service.ts";
import { startsAfter } from "./start-order.ts";
import { definitions, type SettingName, type Settings } from "./settings/definitions.ts";
import { settingNames } from "./settings/parse.ts";

/** No text of a setting has it; Compose's own `$` has to be told from the files'. */
const mark = "\u0001";

/**
 * Settings in which every secret that is set is the name of its variable, for services to build
 * their URLs and keys around; `renderCompose` writes it as `${NAME}`.
 */
export function withSecretsNamed(settings: Settings): Settings {
  const named = settingNames
    .filter((name) => definitions[name].secret && settings[name] !== "")
    // The owner's mark derives from it, and no container is given it.
    .filter((name) => name !== "STACK_RECORD_KEY")
    .map((name): [SettingName, string] => [name, `${mark}${name}${mark}`]);
  const variables = Object.entries(settings.variables).map(([name, value]) => [
    name,
    value === "" ? value : `${mark}${name}${mark}`,
  ]);
  return {
    ...settings,
    ...Object.fromEntries(named),
    variables: Object.fromEntries(variables) as Record<string, string>,
  };
}

/**
 * The stack as a Compose file: the same images, settings, health checks, limits and volumes.
 *
 * @param specs of services that were made with `withSecretsNamed`, in start order.
 */
export function renderCompose(
  identity: StackIdentity,
  specs: readonly ServiceSpec[],
  images: ImagePlan,
  dotenvFile: string,
): string {
  const composed = {
    name: `${identity.project}-${identity.stackName}`,
    services: Object.fromEntries(
      specs.flatMap((spec) => [
        ...composePreparation(spec, identity, images),
        [spec.name, composeService(spec, identity, images)],
      ]),
    ),
    configs: Object.fromEntries(
      specs.flatMap((spec) =>
        spec.files.map((file) => [configName(spec, file), { content: file.content }]),
      ),
    ),
    volumes: Object.fromEntries(
      specs.flatMap(({ mounts }) =>
        mounts.map((mount) => [
          volumeKey(mount),
          { name: volumeName(identity, mount), labels: volumeLabels(identity, mount) },
        ]),
      ),
    ),
  };
  return `${header(identity.stackName, dotenvFile)}${stringify(interpolated(composed), { lineWidth: 0 })}`;
}

function header(stackName: string, dotenvFile: string): string {
  const lines = [
    "# Written by ./stack export compose. Secrets come from the stack's settings:",
    `#   ./stack down && docker compose --env-file ${dotenvFile} -f THIS_FILE up --wait`,
    "# Its volumes are the stack's own, so the data stays. Images that the stack builds are there",
    "# after ./stack up; Docker Compose 2.23.1 or newer reads the files under `configs`.",
    "",
    "",
  ];
  return commandHint(lines.join("\n"), stackName);
}

function composeService(spec: ServiceSpec, identity: StackIdentity, images: ImagePlan): object {
  const { args, environment } = renderContainer(spec, identity);
  const image = images.services.get(spec.name);
  if (!image) throw new Error(`${spec.name} has no image.`);
  return {
    image: imageName(image),
    // What was built here no registry has.
    pull_policy: isPulled(image) ? "missing" : "never",
    container_name: args.name,
    ...(args.entrypoints && { entrypoint: args.entrypoints }),
    ...(args.command && { command: args.command }),
    environment: composeEnvironment(environment),
    restart: args.restart,
    stop_grace_period: `${args.destroyGraceSeconds}s`,
    ...memoryLimit(args.memory),
    ...(args.shmSize !== undefined && { shm_size: `${args.shmSize}m` }),
    ulimits: Object.fromEntries(args.ulimits.map(({ name, ...limits }) => [name, limits])),
    ...confinement(args),
    read_only: args.readOnly,
    ...(args.hosts && { extra_hosts: extraHosts(args.hosts) }),
    ports: spec.ports.map(({ internal, external }) => `127.0.0.1:${external}:${internal}`),
    volumes: composeMounts(spec),
    configs: spec.files.map((file) => ({
      source: configName(spec, file),
      target: file.path,
      mode: 0o444,
    })),
    healthcheck: composeHealthcheck(args.healthcheck),
    depends_on: {
      ...Object.fromEntries(
        startsAfter(spec).map((name) => [name, { condition: "service_healthy" }]),
      ),
      ...(spec.preparation && {
        [spec.preparation.name]: { condition: "service_completed_successfully" },
      }),
    },
  };
}

/** The service's preparation, which ends before it starts. */
function composePreparation(
  spec: ServiceSpec,
  identity: StackIdentity,
  images: ImagePlan,
): [string, object][] {
  const { preparation } = spec;
  const image = preparation && images.preparations.get(preparation.name);
  if (!image) return [];
  const composed = {
    image: image.tag,
    pull_policy: "never",
    environment: composeEnvironment(preparation.environment),
    restart: "no",
    ...memoryLimit(preparation.memoryMegabytes),
    ...confinement(renderContainer(spec, identity).args),
    read_only: true,
    extra_hosts: extraHosts([engineHost]),
    volumes: composeMounts(spec),
  };
  return [[preparation.name, composed]];
}

/** What a service and its preparation have in common. */
function confinement(args: ContainerArgs): object {
  return {
    user: args.user,
    init: args.init,
    cap_drop: args.capabilities.drops,
    ...(args.capabilities.adds.length > 0 && { cap_add: args.capabilities.adds }),
    security_opt: args.securityOpts,
    logging: { driver: args.logDriver, options: args.logOpts },
    tmpfs: Object.entries(args.tmpfs).map(([path, options]) => `${path}:${options}`),
  };
}

function extraHosts(hosts: NonNullable<ContainerArgs["hosts"]>): string[] {
  return hosts.map(({ host, ip }) => `${host}:${ip}`);
}

function memoryLimit(megabytes: number): object {
  return { mem_limit: `${megabytes}m`, memswap_limit: `${megabytes}m` };
}

function composeMounts({ mounts }: ServiceSpec): string[] {
  return mounts.map((mount) => `${volumeKey(mount)}:${mount.path}`);
}

function composeEnvironment(
  environment: Readonly<Record<string, string | Secret>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [name, textOf(value)]),
  );
}

function composeHealthcheck(healthcheck: ContainerArgs["healthcheck"]): object {
  const { tests, interval, timeout, retries, startPeriod } = healthcheck;
  return { test: tests, interval, timeout, retries, start_period: startPeriod };
}

function textOf(value: string | Secret): string {
  return typeof value === "string" ? value : value.secret;
}

function configName({ name }: ServiceSpec, { path }: ConfigFile): string {
  return `${name}-${path.split("/").at(-1)?.replaceAll(".", "-") ?? "file"}`;
}

/** The labels that ./stack finds its volumes by, so that it finds them again. */
function volumeLabels(identity: StackIdentity, { dataFormat }: Mount): Record<string, string> {
  const labels = stackLabels(identity, { [labelNames.dataFormat]: dataFormat });
  return Object.fromEntries(labels.map(({ label, value }) => [label, value]));
}

/** Every `$` of ours doubled, as Compose wants it, and every named secret a variable. */
function interpolated(value: unknown): unknown {
  if (typeof value === "string") {
    return value
      .replaceAll("$", "$$$$")
      .replaceAll(new RegExp(`${mark}(\\w+)${mark}`, "g"), "$${$1:?is not set}");
  }
  if (Array.isArray(value)) return value.map(interpolated);
  if (value !== null && typeof value === "object") {
    return Object.fromEntries(
      Object.entries(value).map(([name, item]) => [name, interpolated(item)]),
    );
  }
  return value;
}
