import type { automation } from "@pulumi/pulumi";
import type { Activity } from "../output/activity.ts";
import { resourceName, resourceTypes } from "./stack-state.ts";

/** A resource in a user's words. */
export interface ResourceSubject {
  readonly phase: Activity["phase"];
  readonly subject: string;
}

/** Undefined for what a user need not see: providers, the stack itself. */
export function subjectOf(type: string, name: string): ResourceSubject | undefined {
  if (type === resourceTypes.container) return { phase: "services", subject: name };
  if (type === resourceTypes.image) {
    return { phase: "images", subject: name.replace(/^image-/, "") };
  }
  if (type === resourceTypes.command && name === "base-image") {
    return { phase: "images", subject: "base" };
  }
  if (type === resourceTypes.command) {
    return { phase: "services", subject: spoken(name) };
  }
  return undefined;
}

/** The name of a command as a user reads it: what is done, and no service. */
export function spoken(name: string): string {
  return name.replaceAll("-", " ");
}

/** What an engine event means to a user; undefined where it means nothing. */
export function activityOf(event: automation.EngineEvent): Activity | undefined {
  if (event.resourcePreEvent) {
    const { metadata } = event.resourcePreEvent;
    const { urn, type, op } = metadata;
    const subject = subjectOf(type, resourceName(urn));
    if (op === "same" || isPull(metadata) || isAfterSuccessor(type, op)) return undefined;
    if (!subject || isBookkeeping(type, op)) return undefined;
    return { ...subject, status: "running", message: beginning(subject.phase, op) };
  }
  if (event.resOutputsEvent) {
    const { metadata } = event.resOutputsEvent;
    const { urn, type, op } = metadata;
    const subject = subjectOf(type, resourceName(urn));
    if (isPull(metadata)) return undefined;
    // A replacement ends with the creation of its successor, not with the death of the old one.
    if (!subject || op === "delete-replaced" || isBookkeeping(type, op)) return undefined;
    return { ...subject, ...ending(type, op) };
  }
  if (event.resOpFailedEvent) {
    const { urn, type } = event.resOpFailedEvent.metadata;
    const subject = subjectOf(type, resourceName(urn));
    return subject && { ...subject, status: "failed", message: "" };
  }
  return undefined;
}

/** A published image: it was pulled, and reported, before the engine ran; only its failure is news. */
function isPull({ type, new: after, old: before }: automation.StepEventMetadata): boolean {
  const inputs = (after ?? before)?.inputs as Readonly<Record<string, unknown>> | undefined;
  return type === resourceTypes.image && inputs !== undefined && !("build" in inputs);
}

/** The kinds of resources of which nothing in the world goes when the engine forgets them. */
const forgettable: readonly string[] = [resourceTypes.image, resourceTypes.command];

/** Steps of the engine's that do nothing in the world: an old image stays, "replace" is a heading. */
function isBookkeeping(type: string, op: string): boolean {
  const forgotten = forgettable.includes(type) && op.startsWith("delete");
  return forgotten || ["replace", "discard", "discard-replaced", "remove"].includes(op);
}

/** The end of what was replaced before it: its successor is done, and its row with it. */
function isAfterSuccessor(type: string, op: string): boolean {
  return op === "delete-replaced" && type !== resourceTypes.container;
}

function beginning(phase: Activity["phase"], op: string): string {
  if (phase === "images") return "building";
  if (op.startsWith("delete")) return "stopping";
  if (op === "update") return "updating";
  return op.includes("replace") ? "replacing" : "starting";
}

function ending(type: string, op: string): Pick<Activity, "status" | "message"> {
  if (op === "same") return { status: "unchanged", message: "" };
  if (op.startsWith("delete")) return { status: "done", message: "removed" };
  if (type === resourceTypes.image) return { status: "done", message: "built" };
  return { status: "done", message: type === resourceTypes.container ? "healthy" : "done" };
}

/** The error texts that the engine gave for a resource, by its URN ("" for the stack's own). */
export function collectErrors(): {
  readonly onEvent: (event: automation.EngineEvent) => void;
  readonly errors: ReadonlyMap<string, string[]>;
} {
  const errors = new Map<string, string[]>();
  return {
    errors,
    onEvent: ({ diagnosticEvent }) => {
      if (diagnosticEvent?.severity !== "error") return;
      const urn = diagnosticEvent.urn ?? "";
      const text = withoutMarkup(diagnosticEvent.message);
      if (text !== "") errors.set(urn, [...(errors.get(urn) ?? []), text]);
    },
  };
}

/** The engine marks colours as <{%reset%}>. */
function withoutMarkup(text: string): string {
  return text.replaceAll(/<\{%[^%]*%\}>/g, "").trim();
}
