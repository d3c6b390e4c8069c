import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { StackError } from "../../infra/stack-error.ts";

/** Runs git in one folder. */
export interface Git {
  /** The result is what it printed, without the last line's end. */
  (...words: string[]): Promise<string>;
  /** The bytes that it printed. */
  readonly bytes: (...words: string[]) => Promise<Buffer>;
  /** The same git on another index file, so that the user's own stays as it is. */
  readonly withIndex: (file: string) => Git;
}

// What the user's configuration may do to output that we read.
const plain = ["-c", "color.ui=false", "-c", "core.quotePath=false"];

/** @throws StackError with git's own words. */
export function gitIn(root: string, environment: NodeJS.ProcessEnv): Git {
  const bytes = async (...words: string[]): Promise<Buffer> => {
    try {
      const { stdout } = await promisify(execFile)("git", [...plain, ...words], {
        cwd: root,
        env: environment,
        encoding: "buffer",
        maxBuffer: 1024 * 1024 * 1024,
      });
      return stdout;
    } catch (error) {
      const { stderr = "" } = error as { stderr?: Buffer | string };
      throw new StackError(`git ${words[0] ?? ""} failed.`, {
        details: stderr
          .toString()
          .split("\n")
          .filter((line) => line !== ""),
        remedy: "Fix what git says above, and run the command again.",
        cause: error,
      });
    }
  };
  const text = async (...words: string[]) => (await bytes(...words)).toString().trimEnd();
  const withIndex = (file: string) => gitIn(root, { ...environment, GIT_INDEX_FILE: file });
  return Object.assign(text, { bytes, withIndex });
}
