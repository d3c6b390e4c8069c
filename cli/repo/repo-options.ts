import type { Argv } from "yargs";
import type { GlobalOptions } from "../command-line/command.ts";

/** Options of `repo save`, and of `repo publish` that begins with it. */
export function withSaveOptions<Options extends GlobalOptions>(parser: Argv<Options>) {
  return parser
    .option("message", {
      alias: "m",
      type: "string",
      default: "chore: publish snapshot",
      describe: "The commit's subject",
    })
    .option("branch", {
      alias: "b",
      type: "string",
      describe: "The branch to commit on (on main, a new feature branch)",
    });
}

export function withPushOptions<Options extends GlobalOptions>(parser: Argv<Options>) {
  return parser
    .option("remote", { type: "string", default: "origin", describe: "Where to push" })
    .option("set-upstream", {
      type: "boolean",
      default: false,
      describe: "Remember the remote branch, as is done where none is remembered",
    });
}

export function withPullRequestOptions<Options extends GlobalOptions>(parser: Argv<Options>) {
  return parser
    .option("base", { type: "string", default: "main", describe: "The branch to merge into" })
    .option("draft", { type: "boolean", default: false, describe: "Open it as a draft" })
    .option("title", { type: "string", describe: "Its title (the last commit's subject)" })
    .option("body", { type: "string", describe: "Its text (the commits and the checklist)" });
}
