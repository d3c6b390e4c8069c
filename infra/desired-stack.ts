import { type AppliedRecord, appliedRecord, ownerMark } from "./applied-record.ts";
import { imageName, type ImagePlan, type KeptImages, planImages } from "./image-plan.ts";
import { parseMirrors } from "./images/registry-mirror.ts";
import { outboundAccess, withOutboundAccess } from "./outbound-access.ts";
import {
  type RenderedContainer,
  renderContainer,
  type RenderOptions,
  type StackIdentity,
} from "./render-container.ts";
import { type RenderedPreparation, renderPreparation } from "./render-preparation.ts";
import type { ServiceSpec } from "./service.ts";
import { enabledServices } from "./services/index.ts";
import { type AnswerSource, answerSource } from "./services/planner.ts";
import type { Settings } from "./settings/definitions.ts";
import type { Sources } from "./sources.ts";
import { StackError } from "./stack-error.ts";
import { startOrder } from "./start-order.ts";

/** The whole stack as data: what the program declares, and what previews and reports speak of. */
export interface DesiredStack {
  readonly identity: StackIdentity;
  /** In start order. */
  readonly specs: readonly ServiceSpec[];
  readonly containers: readonly RenderedContainer[];
  readonly preparations: readonly RenderedPreparation[];
  readonly images: ImagePlan | KeptImages;
  readonly record: AppliedRecord;
  readonly answers: AnswerSource;
  /** "http://127.0.0.1:8000" by the name of the service; services without a port are absent. */
  readonly addresses: Readonly<Record<string, string>>;
  /** Pages that answer 200 without a key while the service works, by service. */
  readonly healthPages: Readonly<Record<string, string>>;
}

/** A stack as this work tree and its settings want it. */
export interface PlannedStack extends DesiredStack {
  readonly images: ImagePlan;
}

export function desiredStack(
  settings: Settings,
  stackName: string,
  sources: Sources,
  options: RenderOptions = {},
): PlannedStack {
  const identity: StackIdentity = {
    project: settings.STACK_PROJECT_NAME,
    stackName,
    owner: ownerMark(settings.STACK_RECORD_KEY),
    adoptedOwner: settings.ADOPT_VOLUMES_OF,
    healthIntervalSeconds: settings.HEALTH_INTERVAL,
  };
  requireImageSource(settings);
  const specs = startOrder(servicesWithAccess(settings, sources));
  requireDistinctPorts(specs);
  const containers = specs.map((spec) => renderContainer(spec, identity, options));
  const mirrors = parseMirrors(settings.IMAGE_REGISTRY_MIRROR);
  const images = planImages(specs, settings.IMAGE_SOURCE, sources, mirrors);
  const imageOf = (service: string) => {
    const image = images.services.get(service);
    return image ? imageName(image) : "";
  };
  const preparations = specs.flatMap((spec) => {
    const image = spec.preparation && images.preparations.get(spec.preparation.name);
    return image ? [renderPreparation(spec, spec.preparation, image.tag, identity)] : [];
  });
  const program = sources.hashContext("infra/program");
  const record = appliedRecord(containers, imageOf, settings.STACK_RECORD_KEY, program);
  const addresses = addressesOf(specs);
  const healthPages = healthPagesOf(specs, addresses);
  const answers = answerSource(settings);
  return {
    identity,
    specs,
    containers,
    preparations,
    images,
    record,
    answers,
    addresses,
    healthPages,
  };
}

function servicesWithAccess(settings: Settings, sources: Sources): ServiceSpec[] {
  const specs = enabledServices(settings, sources.readText);
  const file = settings.COMPANY_CA_FILE;
  const certificates =
    file === ""
      ? undefined
      : { bundle: sources.certificates(file), own: sources.companyCertificates(file) };
  const names = specs.map(({ name }) => name);
  const access = outboundAccess(settings, names, certificates);
  return specs.map((spec) => withOutboundAccess(spec, access));
}

/** It is decided once and never guessed: another source may mean other data and other images. */
function requireImageSource({ IMAGE_SOURCE }: Settings): void {
  if (IMAGE_SOURCE !== "") return;
  throw new StackError("IMAGE_SOURCE is not set.", {
    remedy:
      "Run ./stack up: it finds out whether a registry answers and writes the answer into the " +
      "stack's .env file. Or write IMAGE_SOURCE=registry or IMAGE_SOURCE=build there.",
  });
}

function addressesOf(specs: readonly ServiceSpec[]): Record<string, string> {
  const pairs = specs.flatMap(({ name, ports }) => {
    const [port] = ports;
    return port ? [[name, `${port.scheme}://127.0.0.1:${port.external}`]] : [];
  });
  return Object.fromEntries(pairs) as Record<string, string>;
}

function healthPagesOf(
  specs: readonly ServiceSpec[],
  addresses: Readonly<Record<string, string>>,
): Record<string, string> {
  const pairs = specs.flatMap(({ name, ports }) => {
    const path = ports[0]?.healthPath;
    return path === undefined ? [] : [[name, `${addresses[name] ?? ""}${path}`]];
  });
  return Object.fromEntries(pairs) as Record<string, string>;
}

function requireDistinctPorts(specs: readonly ServiceSpec[]): void {
  const owners = new Map<number, string>();
  for (const spec of specs) {
    for (const { external } of spec.ports) {
      const other = owners.get(external);
      if (other !== undefined) {
        throw new StackError(`${other} and ${spec.name} are both set to port ${external}.`, {
          remedy: "Give each service its own port in the stack's .env file.",
        });
      }
      owners.set(external, spec.name);
    }
  }
}
