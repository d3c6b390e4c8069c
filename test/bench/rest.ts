import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import Docker from "dockerode";
import { labelNames } from "../../infra/render-container.ts";
import { engineShare, type Process, parseProcess, restTable, type Usage } from "./rest-table.ts";

// What a stack costs while nobody uses it: `npm run bench:rest -- --stack NAME --minutes 10`.
// Run it on a quiet machine, with this one stack, some minutes after its start.
const { values } = parseArgs({
  options: {
    stack: { type: "string", default: "dev" },
    minutes: { type: "string", default: "10" },
  },
});
const docker = new Docker();
const filters = { label: [`${labelNames.stack}=${values.stack}`, labelNames.service] };
const containers = await docker.listContainers({ filters });
if (containers.length === 0) throw new Error(`No container of a stack ${values.stack} runs here.`);

const before = await look();
await delay(Number(values.minutes) * 60_000);
const after = await look();
const seconds = (after.at - before.at) / 1000;
console.log(restTable(before.containers, after.containers, after.engine - before.engine, seconds));

async function look() {
  return {
    at: performance.now(),
    containers: await Promise.all(containers.map(usageOf)),
    engine: engineShare(
      processes(),
      containers.map(({ Id }) => Id),
    ),
  };
}

async function usageOf({ Id, Labels }: Docker.ContainerInfo): Promise<Usage> {
  const { cpu_stats: cpu, memory_stats: memory } = await docker
    .getContainer(Id)
    .stats({ stream: false, "one-shot": true });
  const { stats } = memory as { stats: Readonly<Record<string, number | undefined>> };
  // As `docker stats` counts: files that can be read again any time are not in use.
  const cached = stats["total_inactive_file"] ?? stats["inactive_file"] ?? 0;
  return {
    service: Labels[labelNames.service] ?? "",
    cpuSeconds: cpu.cpu_usage.total_usage / 1e9,
    bytes: memory.usage - cached,
  };
}

function processes(): Process[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
        return [parseProcess(stat, readFileSync(`/proc/${pid}/cmdline`, "utf8"))];
      } catch {
        // It has ended since.
        return [];
      }
    });
}
