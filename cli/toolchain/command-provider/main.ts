// The plugin's process; the engine starts it through pulumi-resource-command.
import { main } from "@pulumi/pulumi/provider/index.js";
import { CommandProvider } from "./command-provider.ts";

// eslint-disable-next-line no-restricted-properties -- an entry point: the process is the edge.
await main(new CommandProvider(process.cwd(), process.env), process.argv.slice(2));
