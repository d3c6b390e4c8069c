import { defineCommand } from "../../command-line/command.ts";
import { checkDependencies, depsExitCodeOf } from "../../deps/check-dependencies.ts";
import { areas } from "../../deps/dependency.ts";
import { describeDependencies } from "../../deps/describe-dependencies.ts";

export const check = defineCommand({
  options: (parser) =>
    parser.option("only", {
      type: "array",
      choices: areas,
      describe: "Ask about these alone; all when left out",
    }),
  examples: [
    ["./stack deps check", "what is behind, where it is pinned, and what to do about each"],
    ["./stack deps check --only npm audit", "the npm packages and their advisories alone"],
    ["./stack deps check --json", "every dependency as one result, for a scheduled job"],
  ],
  run: async (context, { only }) => {
    const wanted = areas.filter((area) => only === undefined || only.includes(area));
    const rows = await checkDependencies(wanted, context);
    return {
      text: describeDependencies(rows),
      data: { asked: wanted, dependencies: rows },
      exitCode: depsExitCodeOf(rows),
    };
  },
});
