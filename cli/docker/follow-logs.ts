import type Docker from "dockerode";
import { colours as pc } from "../output/colours.ts";
import { containerLogs, type LogOptions } from "./container-logs.ts";
import { listContainers } from "./container-state.ts";
import type { StackMarks } from "./docker-client.ts";

const palette = [pc.cyan, pc.magenta, pc.yellow, pc.green, pc.blue, pc.red] as const;

/** A line for people, with its service in its own colour. */
export type ShowLine = (line: string, service: string, text: string) => void;

/** Hands over the logs of `services` (all, when empty), line by line. */
export async function followLogs(
  docker: Docker,
  marks: StackMarks,
  services: readonly string[],
  options: LogOptions,
  show: ShowLine,
): Promise<void> {
  const containers = await listContainers(docker, marks);
  const wanted = containers.filter(
    ({ service }) => services.length === 0 || services.includes(service),
  );
  const width = Math.max(0, ...wanted.map(({ service }) => service.length));
  await Promise.all(
    wanted.map(async ({ id, service }, index) => {
      const colour = palette[index % palette.length] ?? pc.white;
      for await (const line of containerLogs(docker, id, options)) {
        show(`${colour(service.padEnd(width))} | ${line}`, service, line);
      }
    }),
  );
}
