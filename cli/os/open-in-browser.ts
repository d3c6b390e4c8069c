import { spawn } from "node:child_process";
import { findOnPath } from "./find-executable.ts";

/** A program and its words. */
export type BrowserCommand = readonly [string, ...string[]];

/** What opens a page here; undefined without a display, and for what no browser speaks. */
export function browserCommand(
  address: string,
  platform: NodeJS.Platform,
  environment: NodeJS.ProcessEnv,
): BrowserCommand | undefined {
  if (!/^https?:/.test(address)) return undefined;
  if (platform === "darwin") return ["open", address];
  // `start` is a word of the shell, and takes a first quoted word for the window's title.
  if (platform === "win32") return ["cmd", "/c", "start", '""', address];
  if (!environment["DISPLAY"] && !environment["WAYLAND_DISPLAY"]) return undefined;
  const opener = findOnPath("xdg-open", environment);
  return opener === undefined ? undefined : [opener, address];
}

/** Returns as soon as the program has started: a browser may run for hours. */
export function openInBrowser([program, ...words]: BrowserCommand): Promise<void> {
  return new Promise((resolve) => {
    const child = spawn(program, words, { detached: true, stdio: "ignore" });
    // The address is on the screen, so a browser that can't be started is not a failure.
    child.once("error", () => {
      resolve();
    });
    child.once("spawn", () => {
      child.unref();
      resolve();
    });
  });
}
