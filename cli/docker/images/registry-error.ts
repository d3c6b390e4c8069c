import { dockerHub, imageLocation } from "../../../infra/images/registry-mirror.ts";
import { StackError } from "../../../infra/stack-error.ts";
import type { FailureKind, RegistryFailure } from "./registry-failure.ts";

export interface FailedImage {
  /** The reference as it was asked for, behind the mirror where there is one. */
  readonly reference: string;
  /** Whether IMAGE_REGISTRY_MIRROR put it there. */
  readonly isMirrored: boolean;
  readonly failure: RegistryFailure;
}

/**
 * The error for an image that a registry did not give.
 *
 * @param what happened, without its reason: "The image of qdrant could not be pulled"
 * @param canBuild whether IMAGE_SOURCE=build is a way out.
 */
export function registryError(
  what: string,
  failed: FailedImage,
  { canBuild }: { readonly canBuild: boolean },
): StackError {
  const { reference, failure } = failed;
  const { registry } = imageLocation(reference);
  const build = canBuild ? ` ${buildInstead}` : "";
  return new StackError(`${what}: ${says(failure.kind, registry)}.`, {
    details: [reference, `Docker says: ${failure.words}`],
    remedy: `${remedy(failed, registry)}${build}`,
  });
}

const buildInstead =
  "Or write IMAGE_SOURCE=build into the stack's .env file, and all images are built on this machine.";

function says(kind: FailureKind, registry: string): string {
  switch (kind) {
    case "engine":
      return "the Docker engine does not answer";
    case "unreachable":
      return `${registry} can't be reached`;
    case "rate-limit":
      return `${registry} limits how often it may be asked`;
    case "login":
      return `${registry} wants a login, or does not accept the one it got`;
    case "missing":
      return `${registry} has no such image for this machine`;
    case "proxy":
      return `the Docker engine's proxy did not let it through to ${registry}`;
    case "certificate":
      return `the Docker engine does not trust the certificate of ${registry}`;
    case "no-answer":
      return `${registry} did not answer in time`;
    case "server":
      return `${registry} is out of order`;
    case "broken":
      return `the transfer from ${registry} broke off`;
    case "disk":
      return "the disk is full where Docker keeps its data";
    case "unknown":
      return `${registry} gave an unexpected answer`;
  }
}

const again = "run ./stack up again";
const page = "docs/networks.md";

function remedy({ failure, isMirrored }: FailedImage, registry: string): string {
  const mirror = isMirrored ? "correct IMAGE_REGISTRY_MIRROR" : "set IMAGE_REGISTRY_MIRROR";
  const login = registry === dockerHub ? "docker login" : `docker login ${registry}`;
  switch (failure.kind) {
    case "engine":
      return `See that Docker runs (./stack doctor), and ${again}.`;
    case "unreachable":
      return isMirrored
        ? `Check that ${registry} runs and this machine reaches it, or ${mirror}, and ${again}.`
        : `Check this machine's network and the Docker engine's proxy, or ${mirror} (${page}), and ${again}.`;
    case "rate-limit":
      return `Log in (${login}), wait, or ${mirror} (${page}), and ${again}.`;
    case "login":
      return `Log in (${login}), or ${mirror} (${page}), and ${again}.`;
    case "missing":
      return isMirrored
        ? `Have it added to the mirror, or ${mirror}, and ${again}.`
        : `Correct its tag in infra/images/registry-images.json, and ${again}.`;
    case "proxy":
      return `Correct the Docker engine's proxy (${page}), or ${mirror}, and ${again}.`;
    case "certificate":
      return `Give the Docker engine the certificate (${page}), or ${mirror}, and ${again}.`;
    case "no-answer":
    case "server":
    case "unknown":
      return `Wait a little and ${again}. If it stays so: check the network and the Docker engine's proxy, or ${mirror} (${page}).`;
    case "broken":
      return `Run ./stack up again: it continues with the layers that are missing. If it stays so: ${mirror} (${page}).`;
    case "disk":
      return `Free space (docker system df shows what takes it; volumes are your data), and ${again}.`;
  }
}
