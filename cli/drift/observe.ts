import type Docker from "dockerode";
import {
  type AppliedRecord,
  type AppliedService,
  fingerprint,
  isFingerprint,
} from "../../infra/applied-record.ts";
import { labelNames } from "../../infra/render-container.ts";
import { readContainerFile } from "../docker/container-file.ts";
import { labelFilter, type StackMarks } from "../docker/docker-client.ts";
import {
  resourceName,
  resourcesOf,
  resourceTypes,
  type StackState,
} from "../pulumi/stack-state.ts";
import { actualFacts, type ShowVariable } from "./actual-facts.ts";
import type { ExpectedContainer, InspectedContainer } from "./drift-of.ts";
import { expectedFacts, type ImageDefaults } from "./expected-facts.ts";
import { contentHash, type EngineLimits, settableFacts } from "./facts.ts";

/** What should be and what is, of every container of the stack. */
export interface Observation {
  readonly expected: readonly ExpectedContainer[];
  readonly inspected: readonly InspectedContainer[];
}

/** Reads the applied record's containers and Docker's, with the copied files' contents. */
export async function observe(
  docker: Docker,
  marks: StackMarks,
  state: StackState,
  applied: AppliedRecord,
  recordKey: string,
): Promise<Observation> {
  const found = await docker.listContainers({ all: true, filters: labelFilter(marks) });
  const containers = await Promise.all(found.map(({ Id }) => docker.getContainer(Id).inspect()));
  const limits = (await docker.info()) as EngineLimits;
  const serviceOf = ({ Config }: Docker.ContainerInspectInfo) =>
    Config.Labels[labelNames.service] ?? "";
  const made = new Map(
    resourcesOf(state, resourceTypes.container).map(({ urn, id, inputs }) => [
      resourceName(urn),
      { id: id ?? "", image: imageText(inputs?.["image"]) },
    ]),
  );

  const expected = Object.entries(applied.services).map(
    async ([service, record]): Promise<ExpectedContainer> => {
      const { id, image } = made.get(service) ?? { id: "", image: record.image };
      const twin = containers.find((candidate) => serviceOf(candidate) === service);
      // Of the image that runs: where that is another one, one finding says so and not twenty.
      const defaults = await imageDefaults(docker, twin?.Image ?? image);
      const facts = settableFacts(expectedFacts(record, image, defaults), limits);
      return { service, id, facts };
    },
  );
  const inspected = containers.map(async (container): Promise<InspectedContainer> => {
    const service = serviceOf(container);
    const record = applied.services[service];
    const isId = (made.get(service)?.image ?? "").startsWith("sha256:");
    const files = await fileHashes(docker, container.Id, record);
    const source = isId ? "id" : "reference";
    const show = await shownVariables(docker, container.Image, record, recordKey);
    return {
      service,
      id: container.Id,
      name: container.Name.replace(/^\//, ""),
      facts: settableFacts(actualFacts(container, source, files, show), limits),
    };
  });
  return { expected: await Promise.all(expected), inspected: await Promise.all(inspected) };
}

function imageText(image: unknown): string {
  return typeof image === "string" ? image : "";
}

async function imageDefaults(docker: Docker, image: string): Promise<ImageDefaults> {
  const { Config } = await docker.getImage(image).inspect();
  const { Env, Labels, Cmd, Entrypoint, Volumes } = Config as {
    Env?: string[] | null;
    Labels?: Record<string, string> | null;
    Cmd?: string[] | null;
    Entrypoint?: string[] | null;
    Volumes?: Record<string, object> | null;
  };
  return {
    env: Env ?? [],
    labels: Labels ?? {},
    command: Cmd ?? [],
    entrypoint: Entrypoint ?? [],
    volumes: Object.keys(Volumes ?? {}),
  };
}

async function fileHashes(
  docker: Docker,
  id: string,
  record: AppliedService | undefined,
): Promise<Map<string, string>> {
  const hashes = new Map<string, string>();
  for (const { file } of (record?.args.uploads ?? []) as readonly { file: string }[]) {
    const content = await readContainerFile(docker, id, file);
    if (content) hashes.set(file, contentHash(content));
  }
  return hashes;
}

/** Plain text only where the record or the image has it so; what nobody expects may be a secret. */
async function shownVariables(
  docker: Docker,
  image: string,
  record: AppliedService | undefined,
  recordKey: string,
): Promise<ShowVariable> {
  const { env } = await imageDefaults(docker, image);
  const own = new Set(env.map((entry) => entry.split("=")[0]));
  return (name, value) => {
    const wanted = record?.environment[name];
    const isPlain = wanted === undefined ? own.has(name) : !isFingerprint(wanted);
    return isPlain ? value : fingerprint(recordKey, name, value);
  };
}
