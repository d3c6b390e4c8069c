import { text } from "node:stream/consumers";
import { endProcessesOf } from "./engine-processes.ts";
import { poll } from "../os/poll.ts";
import { workspaceOf } from "../os/workspace.ts";

// A separate process beside an engine: its command holds the other end of its standard input, which
// the system closes however the command ends. Nothing of a command that was killed then goes on.
const [root = "", stackName = "", command = ""] = process.argv.slice(2);
await text(process.stdin);
// An engine that is ended may be starting a plugin at that moment.
await poll(() => endProcessesOf(workspaceOf(root, stackName), command), {
  every: 200,
  within: 10_000,
  until: (ended) => ended === 0,
});
