import type { Activity, Reporter } from "./activity.ts";
import { liveReporter } from "./live-reporter.ts";
import { line, time } from "./json-lines.ts";
import { nothingToRedraw, plainReporter } from "./plain-reporter.ts";
import { restoreKeyboard, silenceKeyboard } from "./silent-keyboard.ts";

export type OutputMode = "live" | "plain" | "json";

const keyboard = { silence: silenceKeyboard, restore: () => void restoreKeyboard() };

export interface Streams {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
}

/** A live table on a terminal, plain lines elsewhere, NDJSON where a program reads. */
export function outputMode(
  options: { json: boolean; plain: boolean },
  terminal: boolean,
  environment: NodeJS.ProcessEnv,
): OutputMode {
  if (options.json) return "json";
  const quiet = options.plain || !terminal || environment["CI"] || environment["TERM"] === "dumb";
  return quiet ? "plain" : "live";
}

export function reporterFor(mode: OutputMode, streams: Streams): Reporter {
  switch (mode) {
    case "json":
      return jsonReporter(streams.stdout);
    case "plain":
      return plainReporter(streams.stderr);
    case "live":
      return liveReporter(streams.stderr, keyboard);
  }
}

function jsonReporter(stdout: NodeJS.WriteStream): Reporter {
  const report = (activity: Activity) => {
    stdout.write(line({ type: "activity", time: time(), ...activity }));
  };
  return { report, ...nothingToRedraw };
}
