import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { type StartedBrowser, startBrowser } from "./browser.ts";
import { desiredWith } from "./desired.ts";
import { readFromEnvFile } from "./env-file.ts";
import { eventually } from "./eventually.ts";
import { systemStack } from "./system-stack.ts";

const patience = 120_000;

/** Pictures for the docs: only where a folder is named. */
const pictures = process.env["SCREENSHOTS"];

export interface OpenPages {
  readonly context: BrowserContext;
  /** Another person's browser: nothing of the first one's is in it. */
  readonly other: (width?: number) => Promise<BrowserContext>;
  readonly close: () => Promise<void>;
}

/**
 * A browser with nothing in it yet; the first time it is fetched and built into an image.
 *
 * @param hosts where names lead, as HOST:PORT by name.
 */
export async function openPages(hosts: Readonly<Record<string, string>> = {}): Promise<OpenPages> {
  const started: StartedBrowser = await startBrowser(baseImage(), hosts);
  const other = (width = 1280) => newContext(started.browser, width);
  return { context: await other(), other, close: () => started.stop() };
}

async function newContext(browser: Browser, width: number): Promise<BrowserContext> {
  const context = await browser.newContext({ viewport: { width, height: 800 } });
  context.setDefaultTimeout(patience);
  context.setDefaultNavigationTimeout(patience);
  return context;
}

/** What the stack's own images are on, so that the browser's needs no registry either. */
function baseImage(): string {
  const source = readFromEnvFile(systemStack().clone, "IMAGE_SOURCE");
  return desiredWith({ IMAGE_SOURCE: source }).images.base.tag;
}

export interface Account {
  readonly email: string;
  readonly password: string;
}

export function administrator(): Account {
  const password = readFromEnvFile(systemStack().clone, "WEBUI_ADMIN_PASSWORD");
  return { email: "admin@localhost", password };
}

/** Signs in, as the administrator at the stack's own address where nothing else is said. */
export async function signIn(
  page: Page,
  { email, password }: Account = administrator(),
  address = systemStack().url("open-webui"),
): Promise<void> {
  await page.goto(address, { waitUntil: "domcontentloaded" });
  await page.locator("input[type=email], input[autocomplete=email]").fill(email);
  await page.locator("input[type=password]").fill(password);
  await page.keyboard.press("Enter");
  await page.locator("#chat-input").waitFor();
  // A message that is sent before the page knows its model is never answered.
  await page.getByText("Assistant", { exact: true }).first().waitFor({ state: "attached" });
}

/** What docs/people.md tells an administrator to do, in the page that is signed in. */
export async function addPerson(page: Page, { email, password }: Account): Promise<void> {
  await page.getByRole("button", { name: "User menu" }).first().click();
  await page.getByText("Admin Panel").first().click();
  await page.getByRole("button", { name: "Add User" }).click();
  await page.getByLabel("Name", { exact: true }).fill("Ada");
  await page.getByLabel("Email", { exact: true }).fill(email);
  await page.locator("input[type=password]").fill(password);
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText(email).waitFor();
}

async function send(page: Page, message: string): Promise<void> {
  await page.locator("#chat-input").click();
  await page.keyboard.type(message);
  await page.keyboard.press("Enter");
}

/** Sends a message in the open chat and waits for the answer's first words, however long it gets. */
export async function firstWordsIn(page: Page, message: string): Promise<string> {
  await send(page, message);
  const words = page.locator("#response-content-container").first().getByText(/\w/).first();
  await words.waitFor();
  return words.innerText();
}

/** Sends a message in the open chat and gives back the answer's text. */
export async function chatIn(page: Page, message: string): Promise<string> {
  await send(page, message);
  // The page offers to copy an answer when its stream has ended.
  await page.locator(".copy-response-button").first().waitFor({ state: "attached" });
  return page.locator("#response-content-container").first().innerText();
}

export async function picture(page: Page, name: string): Promise<void> {
  if (pictures === undefined) return;
  mkdirSync(pictures, { recursive: true });
  await page.screenshot({ path: join(pictures, `${name}.png`) });
}

/** Sends a message in the open chat, waits for the whole answer and gives back its text. */
export async function ask(page: Page, message: string): Promise<string> {
  const answers = page.locator(".copy-response-button");
  const before = await answers.count();
  await send(page, message);
  await answers.nth(before).waitFor({ state: "attached" });
  return page.locator("#response-content-container").last().innerText();
}

/** Changes the first question of the open chat, and waits for its answer. */
export async function editQuestion(page: Page, message: string): Promise<void> {
  await page.locator(".user-message").first().hover();
  await page.locator(".edit-user-message-button").first().click();
  await page.locator("textarea[id^=message-edit-]").fill(message);
  await page.locator("#confirm-edit-message-button").click();
  await page.getByText(message).first().waitFor();
  await page.locator(".copy-response-button").first().waitFor({ state: "attached" });
}

/** Has the last answer of the open chat made again. */
export async function askAgain(page: Page): Promise<void> {
  const before = await page.locator("#response-content-container").last().innerText();
  await page.locator("#response-content-container").last().hover();
  await page.getByRole("button", { name: "Regenerate" }).last().click();
  await page.getByText("Try Again").click();
  await eventually(async () => {
    const answers = page.locator("#response-content-container");
    const isWhole =
      (await page.locator(".copy-response-button").count()) === (await answers.count());
    return isWhole && (await answers.last().innerText()) !== before;
  }, "another answer");
}

export async function newChat(page: Page): Promise<void> {
  await page.goto(new URL("/", page.url()).href, { waitUntil: "domcontentloaded" });
  await page.locator("#chat-input").waitFor();
}

/** Attaches a file to the message that is to be sent, and waits until it was read. */
export async function attach(page: Page, name: string, content: Buffer): Promise<void> {
  const uploaded = page.waitForResponse(
    (response) =>
      response.url().includes("/api/v1/files/") && response.request().method() === "POST",
  );
  await page
    .locator("input[type=file]")
    .first()
    .setInputFiles({ name, mimeType: "application/pdf", buffer: content });
  await uploaded;
  await page.getByText(name).first().waitFor();
}

/** Deletes the open chat. */
export async function deleteChat(page: Page): Promise<void> {
  await page.locator("#chat-context-menu-button").first().click();
  await page.getByText("Delete", { exact: true }).last().click();
  const deleted = page.waitForResponse((response) => response.request().method() === "DELETE");
  await page
    .getByRole("button", { name: /Confirm|Delete/ })
    .last()
    .click();
  await deleted;
}

/** The open chat's id, as its address has it. */
export function chatId(page: Page): string {
  return /\/c\/([^/?#]+)/.exec(page.url())?.[1] ?? "";
}

/** Changes a setting as the page of an administrator does. */
export function changeSetting(page: Page, path: string, body: object): Promise<unknown> {
  return callAsPage(page, path, JSON.stringify(body));
}

export function readSetting(page: Page, path: string): Promise<unknown> {
  return callAsPage(page, path, undefined);
}

function callAsPage(page: Page, path: string, body: string | undefined): Promise<unknown> {
  return page.evaluate(
    async ([url, sent]) => {
      const response = await fetch(url, {
        headers: {
          authorization: `Bearer ${localStorage.getItem("token")}`,
          "content-type": "application/json",
        },
        ...(sent !== undefined && { method: "POST", body: sent }),
      });
      if (!response.ok) throw new Error(`${url} answered ${response.status}`);
      return await response.json();
    },
    [path, body] as const,
  );
}
