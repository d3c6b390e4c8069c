import type { AppliedService } from "./applied-record.ts";
import type { PlannedStack } from "./desired-stack.ts";
import { isPulled } from "./image-plan.ts";
import { imageReference, registryImages } from "./images/registry-images.ts";
import { definitions } from "./settings/definitions.ts";

/** Changes with the meaning of a field: trees that print different ones are not compared. */
export const renderingSchema = "agent-stack/rendering/1";

/**
 * What a work tree wants of a stack, as data that another version of this program can read.
 *
 * `node infra/render.ts STACK` prints it, with every secret masked. It is the one thing that trees of
 * different commits agree on: add fields freely, but never change what one means without a new
 * schema.
 */
export interface Rendering extends StackFacts {
  readonly schema: typeof renderingSchema;
  /** Every resource that the program declares, in order. */
  readonly resources: readonly RenderedResource[];
  readonly images: Readonly<Record<string, ImageFacts>>;
  readonly settings: Readonly<Record<string, SettingFacts>>;
}

/** What previews know of a stack. The applied record is one, with all that is optional missing. */
export interface StackFacts {
  readonly services: Readonly<Record<string, ServiceFacts>>;
  readonly images?: Readonly<Record<string, ImageFacts>>;
  readonly settings?: Readonly<Record<string, SettingFacts>>;
  /** References of the images that stacks with IMAGE_SOURCE=registry run. */
  readonly published?: Readonly<Record<string, string>>;
}

export interface ServiceFacts extends AppliedService {
  readonly summary?: string;
  readonly dependsOn?: readonly string[];
  readonly replacementSeconds?: number;
}

export interface ImageFacts {
  readonly tag: string;
  /** A hash by the path of each file of the build context. */
  readonly files: Readonly<Record<string, string>>;
}

export interface SettingFacts {
  /** The text that stands in where nobody set it; null where a value is generated. */
  readonly fallback: string | null;
  readonly secret: boolean;
}

export interface RenderedResource {
  readonly type: string;
  readonly name: string;
  readonly inputs: Readonly<Record<string, unknown>>;
}

/** The services of a stack with all that a preview words about them. */
export function serviceFacts(desired: PlannedStack): Record<string, ServiceFacts> {
  const facts = desired.specs.flatMap((spec): [string, ServiceFacts][] => {
    const applied = desired.record.services[spec.name];
    if (!applied) return [];
    const { summary, dependsOn, replacementSeconds } = spec;
    const usual = replacementSeconds === undefined ? {} : { replacementSeconds };
    return [[spec.name, { ...applied, summary, dependsOn, ...usual }]];
  });
  return Object.fromEntries(facts);
}

/** The images that this repository builds; `fileHashes` reads the files of a build context. */
export function imageFacts(
  desired: PlannedStack,
  fileHashes: (context: string) => Record<string, string>,
): Record<string, ImageFacts> {
  const { shared, services, preparations } = desired.images;
  const facts = [...shared, ...services.values(), ...preparations.values()].flatMap(
    (image): [string, ImageFacts][] =>
      isPulled(image) ? [] : [[image.name, { tag: image.tag, files: fileHashes(image.context) }]],
  );
  return Object.fromEntries(facts);
}

export function settingFacts(): Record<string, SettingFacts> {
  return Object.fromEntries(
    Object.entries(definitions).map(([name, { fallback, secret }]) => [
      name,
      { fallback: fallback ?? null, secret },
    ]),
  );
}

export function publishedFacts(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(registryImages).map(([name, image]) => [name, imageReference(image)]),
  );
}
