import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { BrowserContext, Page } from "playwright-core";
import { type StartedBrowser, startBrowser } from "./browser.ts";
import { desiredWith } from "./desired.ts";
import { readFromEnvFile } from "./env-file.ts";
import { systemStack } from "./system-stack.ts";

const patience = 120_000;

/** Pictures for the docs: only where a folder is named. */
const pictures = process.env["SCREENSHOTS"];

export interface OpenPages {
  readonly context: BrowserContext;
  readonly close: () => Promise<void>;
}

/** A browser with nothing in it yet; the first time it is fetched and built into an image. */
export async function openPages(): Promise<OpenPages> {
  const started: StartedBrowser = await startBrowser(baseImage());
  const context = await started.browser.newContext({ viewport: { width: 1280, height: 800 } });
  context.setDefaultTimeout(patience);
  context.setDefaultNavigationTimeout(patience);
  return { context, close: () => started.stop() };
}

/** What the stack's own images stand on, so that the browser's needs no registry either. */
function baseImage(): string {
  const source = readFromEnvFile(systemStack().clone, "IMAGE_SOURCE");
  return desiredWith({ IMAGE_SOURCE: source }).images.base.tag;
}

export async function signIn(page: Page): Promise<void> {
  const { clone, url } = systemStack();
  await page.goto(url("open-webui"), { waitUntil: "domcontentloaded" });
  await page.locator("input[type=email], input[autocomplete=email]").fill("admin@localhost");
  await page.locator("input[type=password]").fill(readFromEnvFile(clone, "WEBUI_ADMIN_PASSWORD"));
  await page.keyboard.press("Enter");
  // News of its version, once for every new user.
  const news = page.getByRole("button", { name: "Okay, Let's Go!" });
  const chat = page.locator("#chat-input");
  await news.or(chat).first().waitFor();
  await news.click({ timeout: 5000 }).catch(() => undefined);
}

/** Sends a message in the open chat and gives back the answer's text. */
export async function chatIn(page: Page, message: string): Promise<string> {
  await page.locator("#chat-input").click();
  await page.keyboard.type(message);
  await page.keyboard.press("Enter");
  // The page offers to copy an answer when its stream has ended.
  await page.locator(".copy-response-button").first().waitFor({ state: "attached" });
  return page.locator("#response-content-container").first().innerText();
}

export async function picture(page: Page, name: string): Promise<void> {
  if (pictures === undefined) return;
  mkdirSync(pictures, { recursive: true });
  await page.screenshot({ path: join(pictures, `${name}.png`) });
}
