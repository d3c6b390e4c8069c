/** Who may import what; ARCHITECTURE.md has the same in words. */
/** The rooms of cli/, from the ground up. A room may use those below its floor, and its neighbours. */
const floors = [
  ["os", "output"],
  ["docker", "pulumi", "toolchain"],
  ["stack"],
  ["command-line"],
  ["agent", "backup", "deps", "diagnosis", "drift", "graph", "history", "ports", "preview", "repo"],
  ["deploy"],
  ["doctor"],
  ["commands"],
];

const forbid = (name, comment, from, to) => ({ name, comment, severity: "error", from, to });

module.exports = {
  forbidden: [
    forbid("no-cycles", "A cycle hides which part is the foundation.", {}, { circular: true }),
    forbid(
      "infra-knows-no-cli",
      "The program runs under a bare `pulumi up` too.",
      { path: "^infra/" },
      { path: "^cli/" },
    ),
    forbid(
      "agent-is-an-island",
      "The agent's image contains only agent/.",
      { path: "^agent/" },
      { path: "^(infra|cli|test|scripts)/" },
    ),
    forbid(
      "only-the-agents-contract",
      "What others may know of the agent is in agent/contract/.",
      { path: "^(infra|cli)/" },
      { path: "^agent/(?!contract/)" },
    ),
    forbid(
      "agent-core-knows-no-adapter",
      "main.ts wires adapters into the core's ports.",
      { path: "^agent/(loop|tools|http|runs|integrations)/" },
      { path: "^agent/adapters/" },
    ),
    forbid(
      "runs-know-no-http",
      "A run is the same whoever asks for it, and however.",
      { path: "^agent/runs/" },
      { path: "^agent/http/" },
    ),
    forbid(
      "only-the-program-makes-resources",
      "A service is data; one file turns data into resources.",
      { path: "^infra/", pathNot: "^infra/(program/|(index|declared-resources)\\.ts$)" },
      { path: "node_modules/@pulumi/", dependencyTypesNot: ["type-only"] },
    ),
    forbid(
      "pure-services",
      "Services, settings and renderers are pure: no disk, no network.",
      { path: "^infra/(service\\.ts|services/|settings/|render-)" },
      { dependencyTypes: ["core"], path: "^(?!(node:)?(crypto|path)$)" },
    ),
    ...floors.slice(0, -1).map((rooms, floor) =>
      forbid(
        `floor-of-${rooms[0]}`,
        "A room of cli/ knows nothing of those above it.",
        { path: `^cli/(${rooms.join("|")})/` },
        {
          path: `^cli/(main\\.ts$|(${floors
            .slice(floor + 1)
            .flat()
            .join("|")})/)`,
        },
      ),
    ),
    forbid(
      "only-main-is-loose",
      "Every other file of cli/ is in a room.",
      { path: "^cli/" },
      { path: "^cli/[^/]+$" },
    ),
    forbid(
      "only-the-frame-locks",
      "cli/command-line takes the stack's lock for a command whose `changes` says so, and releases it.",
      { path: "^cli/", pathNot: "^cli/(command-line/run-command\\.ts$|doctor/)" },
      { path: "^cli/stack/stack-lock\\.ts$" },
    ),
    forbid(
      "commands-stand-alone",
      "What two commands share is an adapter or a function beside them, never another command.",
      { path: "^cli/commands/", pathNot: "/index\\.ts$" },
      { path: "^cli/commands/" },
    ),
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    doNotFollow: { path: "node_modules" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "types"] },
  },
};
