import { PassThrough } from "node:stream";
import type { ProcessStreams } from "../../cli/command-line/command-output.ts";
import { Screen } from "./screen.ts";

/** The streams of a process that a person watches and types to, on one screen. */
export function watchedProcess(columns = 80, rows = 24) {
  const screen = new Screen(columns, rows);
  const keyboard = Object.assign(new PassThrough(), { isTTY: true });
  const streams = { stdin: keyboard, stdout: screen, stderr: screen };
  return {
    screen,
    streams: streams as unknown as ProcessStreams,
    type: (keys: string) => {
      keyboard.write(keys);
    },
  };
}

/** The streams of a process in a script: each goes to its own file. */
export function unwatchedProcess() {
  const written = { stdout: "", stderr: "" };
  const into = (name: keyof typeof written) =>
    new PassThrough().on("data", (data: Buffer) => {
      written[name] += data.toString();
    });
  const streams = { stdin: new PassThrough(), stdout: into("stdout"), stderr: into("stderr") };
  return { written, streams: streams as unknown as ProcessStreams };
}
