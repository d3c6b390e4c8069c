import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { StackError } from "../../infra/stack-error.ts";

/** Runs git in a folder; the result is what it printed, without the last line's end. */
export type Git = (...words: string[]) => Promise<string>;

/** @throws StackError with git's own words. */
export function gitIn(root: string): Git {
  return async (...words) => {
    try {
      const { stdout } = await promisify(execFile)("git", words, {
        cwd: root,
        maxBuffer: 256 * 1024 * 1024,
      });
      return stdout.trimEnd();
    } catch (error) {
      const { stderr } = error as { stderr?: string };
      throw new StackError(`git ${words[0] ?? ""} failed.`, {
        details: (stderr ?? "").split("\n").filter((line) => line !== ""),
        remedy: "Mend what git says above, and run the command again.",
        cause: error,
      });
    }
  };
}
