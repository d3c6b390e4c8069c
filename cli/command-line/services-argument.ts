import type { Argv } from "yargs";
import type { GlobalOptions } from "./command.ts";

/** The services that a command is to work on; none named means all. */
export function withServices(parser: Argv<GlobalOptions>, describe: string) {
  return parser.positional("services", {
    type: "string",
    array: true,
    default: [] as string[],
    describe,
  });
}
