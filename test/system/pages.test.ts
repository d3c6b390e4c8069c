import { expect } from "chai";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { BrowserContext, Page } from "playwright-core";
import { startBrowser, type StartedBrowser } from "../support/browser.ts";
import { desiredWith } from "../support/desired.ts";
import { readFromEnvFile } from "../support/env-file.ts";
import { docker, systemStack } from "../support/system-stack.ts";

const patience = 120_000;
const question = "Say hello to the nine services.";

/** Pictures for the docs: only where a folder is named. */
const pictures = process.env["SCREENSHOTS"];

describe("the pages, in a real Chromium", () => {
  let started: StartedBrowser;
  let context: BrowserContext;
  before(async function () {
    // The first time, the browser is fetched and built into an image.
    this.timeout(15 * 60_000);
    started = await startBrowser(baseImage());
    context = await started.browser.newContext({ viewport: { width: 1280, height: 800 } });
    context.setDefaultTimeout(patience);
    context.setDefaultNavigationTimeout(patience);
  });
  after(async () => {
    await started.stop();
  });

  it("Open WebUI signs its administrator in, and a chat with the agent is answered", async () => {
    const page = await context.newPage();
    await signIn(page);
    await page.locator("#chat-input").click();
    await page.keyboard.type(question);
    await page.keyboard.press("Enter");

    const answer = await finishedAnswer(page);
    await picture(page, "open-webui");

    expect(answer).to.have.length.greaterThan(0);
    expect(await page.getByText(question).count()).to.be.greaterThan(0);
  });

  it("its question and the answer are in Postgres, under the chat's own id", () => {
    const rows = inDatabase(
      "agent",
      `SELECT m.role FROM messages m JOIN conversations c ON c.id = m.conversation_id
        WHERE c.external_id IS NOT NULL AND EXISTS (SELECT FROM messages q
          WHERE q.conversation_id = c.id AND q.content::text LIKE '%${question}%')
        ORDER BY m.seq`,
    );

    expect(rows.split("\n")).to.include.members(["user", "assistant"]);
  });

  it("Open WebUI keeps its chats in Postgres too", () => {
    const count = inDatabase("openwebui", "SELECT count(*) FROM chat");

    expect(Number(count)).to.be.greaterThan(0);
  });

  it("Phoenix shows the trace of that chat", async () => {
    const page = await context.newPage();
    await page.goto(systemStack().url("phoenix"), { waitUntil: "domcontentloaded" });
    await page.getByText("agent-stack", { exact: true }).first().click();
    await page.locator("table").getByText(question).first().waitFor();
    await picture(page, "phoenix");

    expect(await page.locator("table").getByText(question).count()).to.be.greaterThan(0);
  });
});

/** What the stack's own images stand on, so that the browser's needs no registry either. */
function baseImage(): string {
  const source = readFromEnvFile(systemStack().clone, "IMAGE_SOURCE");
  return desiredWith({ IMAGE_SOURCE: source }).images.base.tag;
}

async function signIn(page: Page): Promise<void> {
  const { clone, url } = systemStack();
  await page.goto(url("open-webui"), { waitUntil: "domcontentloaded" });
  await page.locator("input[type=email], input[autocomplete=email]").fill("admin@localhost");
  await page.locator("input[type=password]").fill(readFromEnvFile(clone, "WEBUI_ADMIN_PASSWORD"));
  await page.keyboard.press("Enter");
  // News of its version, once for every new user.
  await page.getByRole("button", { name: "Okay, Let's Go!" }).click();
}

/** The answer's text, once the page offers to copy it: it does so when the stream has ended. */
async function finishedAnswer(page: Page): Promise<string> {
  await page.locator(".copy-response-button").first().waitFor({ state: "attached" });
  return page.locator("#response-content-container").first().innerText();
}

async function picture(page: Page, name: string): Promise<void> {
  if (pictures === undefined) return;
  mkdirSync(pictures, { recursive: true });
  await page.screenshot({ path: join(pictures, `${name}.png`) });
}

function inDatabase(database: string, query: string): string {
  const container = systemStack().containerId("postgres");
  const psql = ["psql", "-h", "/tmp", "-U", "postgres", "-d", database, "-At", "-c", query];
  return docker("exec", container, ...psql);
}
