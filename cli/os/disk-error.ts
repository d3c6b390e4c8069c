import { StackError } from "../../infra/stack-error.ts";

/** What the system calls it when a file can't be written, in words, and the remedy. */
const kinds: Readonly<Record<string, { readonly says: string; readonly helps: string }>> = {
  ENOSPC: { says: "there is no room left on its disk", helps: "Make room there" },
  EDQUOT: { says: "the quota of its disk is used up", helps: "Make room there" },
  EROFS: { says: "its disk is mounted read-only", helps: "Mount it writable" },
  EACCES: {
    says: "this user may not write there",
    helps: "Give this user the right to write there",
  },
  EPERM: {
    says: "this user may not write there",
    helps: "Give this user the right to write there",
  },
  EIO: { says: "its disk has a fault", helps: "Check that disk" },
};

/** True of an error of a file, as opposed to one of a socket, that has such a cause. */
export function isDiskError(error: unknown): error is NodeJS.ErrnoException {
  if (!(error instanceof Error)) return false;
  const { code, syscall } = error as NodeJS.ErrnoException;
  return code !== undefined && code in kinds && syscall !== "connect";
}

/**
 * @param error what writing to `path` threw; anything but a disk's refusal is given back as it is.
 * @param otherwise what else helps, behind "or": "choose another folder: --backup-dir FOLDER".
 */
export function explainDiskError(error: unknown, path: string, otherwise?: string): unknown {
  if (!isDiskError(error)) return error;
  const kind = kinds[error.code ?? ""];
  return new StackError(`${path} can't be written: ${kind?.says ?? error.message}.`, {
    details: [error.message],
    remedy:
      otherwise === undefined ? `${kind?.helps ?? ""}.` : `${kind?.helps ?? ""}, or ${otherwise}`,
    cause: error,
  });
}
