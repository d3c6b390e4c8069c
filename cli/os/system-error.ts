import { userInfo } from "node:os";
import { StackError } from "../../infra/stack-error.ts";

interface Words {
  readonly message: string;
  readonly remedy: string;
}

/**
 * What the system refuses, in words that a user can act on; undefined where it is not an error of the
 * system's. A full disk or a file of another user is not a bug of ours.
 */
export function systemError(error: unknown): StackError | undefined {
  if (!(error instanceof Error)) return undefined;
  const failed = error as NodeJS.ErrnoException;
  const words = isModuleMissing(failed) ? modulesMissing(failed) : wordsFor(failed);
  return words && new StackError(words.message, { remedy: words.remedy, cause: error });
}

function wordsFor(error: NodeJS.ErrnoException): Words | undefined {
  const { code, syscall = "", path } = error;
  if (code === undefined) return undefined;
  if (syscall.startsWith("spawn")) return programWords(syscall, code);
  if (connectionCodes.has(code)) return connectionWords(error);
  return fileWords(code, path, error.message);
}

/** @param syscall "spawn git", as Node says it. */
function programWords(syscall: string, code: string): Words | undefined {
  const program = syscall.replace(/^spawn(Sync)? ?/, "");
  if (code === "ENOENT") {
    return {
      message: `The program ${program} was not found.`,
      remedy: `Install ${program}, or put its folder on PATH, and run the command again.`,
    };
  }
  if (code === "EACCES" || code === "EPERM") {
    return {
      message: `The program ${program} can't be started: permission denied.`,
      remedy: `Check its mode and its owner with ls -l, and that its disk is not mounted noexec.`,
    };
  }
  return {
    message: `The program ${program} can't be started (${code}).`,
    remedy: "Check the machine's memory and number of processes, and run the command again.",
  };
}

const connectionCodes = new Set([
  ...["ECONNREFUSED", "ECONNRESET", "ECONNABORTED", "EPIPE", "ETIMEDOUT", "ENOTFOUND", "EAI_AGAIN"],
  ...["EHOSTUNREACH", "ENETUNREACH", "ENETDOWN", "UND_ERR_SOCKET", "UND_ERR_CONNECT_TIMEOUT"],
]);

function connectionWords({ message }: Error): Words {
  return {
    message: `A connection failed: ${message}.`,
    remedy: "Run ./stack doctor to see what does not answer, and then the command again.",
  };
}

function fileWords(code: string, path: string | undefined, said: string): Words | undefined {
  const file = path ?? "A file";
  switch (code) {
    case "ENOSPC":
    case "EDQUOT":
      return {
        message:
          path === undefined
            ? "There is no space left on the disk."
            : `There is no space left on the disk of ${path}.`,
        remedy: "Free some space (df -h shows the disks), and run the command again.",
      };
    case "EROFS":
      return {
        message: `${file} can't be written: its disk is mounted read-only.`,
        remedy: "Mount it writable, or run the command in a clone on another disk.",
      };
    case "EACCES":
    case "EPERM":
      return {
        message: `The user ${userName()} may not use ${path ?? "a file"}.`,
        remedy:
          "Check its owner and mode, and those of its folder, with ls -ld. A command that was run " +
          "with sudo leaves files of root's: give them back with sudo chown -R.",
      };
    case "EISDIR":
      return {
        message: `${path ?? said} is a folder where a file is expected.`,
        remedy: "Move it away, and run the command again.",
      };
    case "ENOTDIR":
    case "EEXIST":
      return {
        message: `${path ?? said} can't be made: a file has the name of one of its folders.`,
        remedy: "Move that file away, and run the command again.",
      };
    case "ENOENT":
      return path === undefined
        ? undefined
        : {
            message: `${path} is missing.`,
            remedy: checkOut,
          };
    case "EMFILE":
    case "ENFILE":
      return {
        message: "Too many files are open.",
        remedy: "Raise the limit (ulimit -n 4096), and run the command again.",
      };
    case "EIO":
    case "EBUSY":
    case "ELOOP":
    case "ENAMETOOLONG":
    case "ESTALE":
    case "ETXTBSY":
      return {
        message: `${file} can't be used: ${said}.`,
        remedy: "Check the disk and the path, and run the command again.",
      };
    default:
      return undefined;
  }
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run as a number that has no name.
    return String(process.getuid?.() ?? "");
  }
}

const checkOut =
  "If it is a file of the repository, get it back with git checkout; git status shows what is missing.";

/** Thrown by `import` and by `require` for a package, or for a file of one. */
function isModuleMissing({ code }: NodeJS.ErrnoException): boolean {
  return code === "ERR_MODULE_NOT_FOUND" || code === "MODULE_NOT_FOUND";
}

/** Nothing of npm's packages may be needed here: they are what is missing. */
function modulesMissing({ message }: Error): Words {
  const what = /'([^']+)'/.exec(message)?.[1] ?? "a file";
  const isOurs = what.includes("/") && !what.startsWith("@") && !what.includes("node_modules");
  if (isOurs) return { message: `${what} is missing.`, remedy: checkOut };
  return {
    message: `npm's packages are not complete: ${what} is missing.`,
    remedy: "Run rm node_modules/.stack-lockfile, and the command again: it installs them.",
  };
}
