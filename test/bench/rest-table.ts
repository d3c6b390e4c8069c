/** What one container has used up to now. */
export interface Usage {
  readonly service: string;
  readonly cpuSeconds: number;
  readonly bytes: number;
}

/** A process of the machine. */
export interface Process {
  readonly name: string;
  /** Its own, and those of children that have ended. */
  readonly cpuSeconds: number;
  readonly words: readonly string[];
}

/** The kernel tells times in these, whatever its own clock. */
const ticksPerSecond = 100;

/** A process as /proc/PID/stat and /proc/PID/cmdline tell of it. */
export function parseProcess(stat: string, cmdline: string): Process {
  const [, name = "", rest = ""] = /^\d+ \((.*)\) (.*)$/su.exec(stat) ?? [];
  // From the third field on: utime, stime, cutime and cstime are the 14th to the 17th.
  const times = rest.split(" ").slice(11, 15).map(Number);
  const ticks = times.reduce((sum, each) => sum + each, 0);
  return { name, cpuSeconds: ticks / ticksPerSecond, words: cmdline.split("\0") };
}

/** CPU seconds of the engine: its daemons, and the shims of these containers. */
export function engineShare(processes: readonly Process[], containers: readonly string[]): number {
  return processes
    .filter(
      ({ name, words }) =>
        ["dockerd", "containerd"].includes(name) ||
        (name.startsWith("containerd-shim") && words.some((word) => containers.includes(word))),
    )
    .reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0);
}

/** A Markdown table of what each service, the engine and all of them used, the largest first. */
export function restTable(
  before: readonly Usage[],
  after: readonly Usage[],
  engineSeconds: number,
  seconds: number,
): string {
  const percent = (used: number) => (100 * used) / seconds;
  const rows = after
    .map(({ service, cpuSeconds, bytes }) => {
      const earlier = before.find((usage) => usage.service === service)?.cpuSeconds ?? 0;
      return { service, cpu: percent(cpuSeconds - earlier), mebibytes: bytes / 2 ** 20 };
    })
    .sort((a, b) => b.cpu - a.cpu);
  const cpu = rows.reduce((sum, row) => sum + row.cpu, percent(engineSeconds));
  const mebibytes = rows.reduce((sum, row) => sum + row.mebibytes, 0);
  return [
    `| over ${Math.round(seconds / 60)} min | % of one core | memory, MiB |`,
    "| --- | --- | --- |",
    ...rows.map(
      (row) => `| ${row.service} | ${row.cpu.toFixed(2)} | ${row.mebibytes.toFixed(0)} |`,
    ),
    `| Docker's engine and shims | ${percent(engineSeconds).toFixed(2)} | |`,
    `| all | ${cpu.toFixed(2)} | ${mebibytes.toFixed(0)} |`,
  ].join("\n");
}
