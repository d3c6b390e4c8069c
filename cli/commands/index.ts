import { command, group, type StackCommand } from "../command-line/command-table.ts";
import { localCommand } from "../command-line/local-command.ts";

const up = command(
  "up",
  "Bring the whole stack up, healthy; safe to repeat",
  async () => (await import("./up.ts")).up,
);
const down = command(
  "down",
  "Stop and remove the containers and the network; the data stays",
  async () => (await import("./down.ts")).down,
);
const status = command(
  "status",
  "Show each service: health, ports, time since its start, restarts, image",
  async () => (await import("./status.ts")).status,
);
const logs = command(
  "logs [services..]",
  "Show the last lines of the services' logs",
  async () => (await import("./logs.ts")).logs,
);

/** Every command. Its file is loaded when it is typed, or its help is: none waits for another's imports. */
export const commands: readonly StackCommand[] = [
  up,
  down,
  command(
    "restart [services..]",
    "Restart services in start order, and wait until they are healthy",
    async () => (await import("./restart.ts")).restart,
  ),
  status,
  command(
    "health [services..]",
    "Probe each service by its own health check and over HTTP; exit 1 when any fails",
    async () => (await import("./health.ts")).health,
  ),
  logs,
  command(
    "open [service]",
    "Print a service's address, and open it in the browser where there is one",
    async () => (await import("./open.ts")).open,
  ),
  command(
    "smoke",
    "Send the runbook's requests, and require their answers and their spans in Phoenix",
    async () => (await import("./smoke.ts")).smoke,
  ),
  command(
    "why <service>",
    "Explain a service: health checks, last lines, what it needs, and known causes",
    async () => (await import("./why.ts")).why,
  ),
  command(
    "config [settings..]",
    "Show each setting's value, and where it comes from",
    async () => (await import("./config.ts")).config,
  ),
  command(
    "drift",
    "Compare what runs with what up applied, in every respect; exit 2 on a difference",
    async () => (await import("./drift.ts")).drift,
  ),
  command(
    "rollback",
    "Bring the last good stack back, its images and settings, healthy; data stays as it is",
    async () => (await import("./rollback.ts")).rollback,
  ),
  command(
    "preview",
    "Show what up would change, and what that costs; changes nothing",
    async () => (await import("./preview.ts")).preview,
  ),
  command(
    "doctor",
    "Look for what is wrong with the machine, the clone and the stack; exit 1 when any is",
    async () => (await import("./doctor.ts")).doctor,
  ),
  group("deps", "What this repository pins: packages, images, locks and tools", [
    command(
      "check",
      "Ask the registries what is behind or vulnerable; exit 1 runtime, 2 development, 3 both, 4 a tool failed",
      async () => (await import("./deps/check.ts")).check,
    ),
  ]),
  command(
    "graph",
    "Draw the stack of a fresh clone: services, what they need, ports and volumes",
    async () => (await import("./graph.ts")).graph,
  ),
  group("images", "The published images of IMAGE_SOURCE=registry", [
    command(
      "lock",
      "Write down the digest behind each published image's tag",
      async () => (await import("./images/lock.ts")).lock,
    ),
  ]),
  localCommand([up, down, logs, status]),
  group("qdrant", "The agent's memory: its schema and its snapshots", [
    command(
      "ensure-schema",
      "Create what the memory's schema lacks; exit 3 with the difference where it is another",
      async () => (await import("./qdrant/ensure-schema.ts")).ensureSchema,
    ),
    command(
      "backup",
      "Save every collection by Qdrant's own snapshots, as one archive; nothing is stopped",
      async () => (await import("./qdrant/backup.ts")).backup,
    ),
    command(
      "restore <file>",
      "Put an archive's collections in the place of the present ones, or change nothing",
      async () => (await import("./qdrant/restore.ts")).restore,
    ),
  ]),
  group("backup", "Save the whole stack's data as one set, check it, and bring it back", [
    command(
      "create",
      "Save Postgres, Qdrant and the services' files as one set; nothing is stopped",
      async () => (await import("./backup/create.ts")).create,
    ),
    command(
      "list",
      "Show the sets, the newest first; needs no running stack",
      async () => (await import("./backup/list.ts")).list,
    ),
    command(
      "verify <set>",
      "Restore a set into throwaway containers beside the stack, and compare all counts",
      async () => (await import("./backup/verify.ts")).verify,
    ),
    command(
      "restore <set>",
      "Put a set's data in the place of the present data, or change nothing",
      async () => (await import("./backup/restore.ts")).restore,
    ),
  ]),
  group("db", "The agent's database: its schema and what it holds", [
    command(
      "status",
      "Show the schema's version and what the database contains",
      async () => (await import("./db/status.ts")).status,
    ),
    command(
      "migrate",
      "Bring the agent's schema up to date, as it does itself at each start",
      async () => (await import("./db/migrate.ts")).migrate,
    ),
  ]),
  group("export", "The stack in another tool's words", [
    command(
      "compose",
      "Write the stack as a Compose file, with secrets as names of variables",
      async () => (await import("./export/compose.ts")).compose,
    ),
  ]),
  group("repo", "Commit, push and propose the work tree, never on main and never with a secret", [
    command(
      "save",
      "Commit the whole work tree, once its program is found valid",
      async () => (await import("./repo/save.ts")).save,
    ),
    command(
      "push",
      "Push the present branch; main is refused",
      async () => (await import("./repo/push.ts")).push,
    ),
    command(
      "pr",
      "Open a pull request with gh, its commits above the checklist, or print it",
      async () => (await import("./repo/pr.ts")).pr,
    ),
    command(
      "publish",
      "Save, push and pr, one after the other",
      async () => (await import("./repo/publish.ts")).publish,
    ),
  ]),
  command(
    "pulumi [arguments..]",
    "Run any Pulumi command with the stack's tools, state and passphrase",
    async () => (await import("./pulumi.ts")).pulumi,
  ),
];
