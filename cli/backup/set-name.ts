import { processMark, processMarkPattern } from "../os/process-mark.ts";

/** A full set, Qdrant alone, and what a restore keeps of the data that it replaces. */
const setKinds = ["backup", "qdrant", "safety"] as const;
export type SetKind = (typeof setKinds)[number];

/** What the name of a packed set ends with. */
export const packedEnding = ".tgz";

export interface SetName {
  readonly kind: SetKind;
  readonly createdAt: Date;
  /** True for one file, false for a folder. */
  readonly packed: boolean;
}

/** "backup-20261124-213000", in UTC; never one that is taken, so that two in a second both stay. */
export function freshSetName(
  kind: SetKind,
  moment: Date,
  isTaken: (name: string) => boolean,
): string {
  const digits = moment.toISOString().replaceAll(/[-:]|\..*$/g, "");
  const name = `${kind}-${digits.replace("T", "-")}`;
  return isTaken(name) ? freshSetName(kind, new Date(moment.getTime() + 1000), isTaken) : name;
}

// Sets that earlier commits wrote stay in users' folders: a name that changes is still read in its old form.
const moment = String.raw`(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)`;
const pattern = new RegExp(
  `^(${setKinds.join("|")})-${moment}(${packedEnding.replace(".", "\\.")})?$`,
);

const unfinished = new RegExp(`\\.(${processMarkPattern.source})\\.partial$`);

/** Undefined where the name of a file or folder is not a set's. */
export function parseSetName(name: string): SetName | undefined {
  const [, kind, year, month, day, hour, minute, second, packed] = pattern.exec(name) ?? [];
  const createdAt = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  if (kind === undefined || Number.isNaN(createdAt.getTime())) return undefined;
  return { kind: kind as SetKind, createdAt, packed: packed !== undefined };
}

/** What is still being written names its writer's process, until a rename makes it count. */
export function partialName(name: string, writer = processMark()): string {
  return `${name}.${writer}.partial`;
}

/** The mark of the process that was writing it; undefined for what is not unfinished. */
export function writerOf(name: string): string | undefined {
  return unfinished.exec(name)?.[1];
}
