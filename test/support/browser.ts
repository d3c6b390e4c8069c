import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type Browser, chromium } from "playwright-core";
import { freePorts } from "./free-ports.ts";
import { docker } from "./system-stack.ts";

/** A real Chromium in its own container, and how to be rid of it. */
export interface StartedBrowser {
  readonly browser: Browser;
  readonly stop: () => Promise<void>;
}

const image = "agent-stack-test/browser";

/**
 * Starts Chromium in a container on the host's network, where the stack's addresses are what a user
 * types.
 *
 * @param base the stack's own base image, so that no registry is needed.
 * @param hosts where names lead, as HOST:PORT by name; other names are looked up as usual.
 */
export async function startBrowser(
  base: string,
  hosts: Readonly<Record<string, string>> = {},
): Promise<StartedBrowser> {
  buildImage(base);
  const [port] = await freePorts(1);
  const rules = Object.entries(hosts).map(([name, address]) => `MAP ${name} ${address}`);
  const container = docker(
    ...["run", "--detach", "--rm", "--network", "host", image],
    `--remote-debugging-port=${port}`,
    ...(rules.length > 0 ? [`--host-resolver-rules=${rules.join(",")}`] : []),
    "about:blank",
  );
  const remove = () => void docker("rm", "--force", container);
  try {
    const browser = await connect(`http://127.0.0.1:${port}`);
    const stop = async () => {
      await browser.close();
      remove();
    };
    return { browser, stop };
  } catch (error) {
    remove();
    throw error;
  }
}

function buildImage(base: string): void {
  const context = join(import.meta.dirname, "browser");
  execFileSync(
    "docker",
    ["build", "--quiet", "--build-arg", `BASE=${base}`, "-t", image, context],
    {
      stdio: ["ignore", "ignore", "pipe"],
      // The classic builder: every docker command has it, and this file needs no more.
      env: { ...process.env, DOCKER_BUILDKIT: "0" },
    },
  );
}

async function connect(address: string): Promise<Browser> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    try {
      return await chromium.connectOverCDP(address);
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await delay(250);
    }
  }
}
