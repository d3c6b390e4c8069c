// A process of its own: Pulumi's installer can't be stopped from within, a process can.
import { automation } from "@pulumi/pulumi";

const [root] = process.argv.slice(2);
if (root === undefined) throw new Error("usage: download-engine.ts DIRECTORY");
await automation.PulumiCommand.install({ root });
