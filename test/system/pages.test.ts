import { expect } from "chai";
import { chatIn, type OpenPages, openPages, picture, signIn } from "../support/open-webui-page.ts";
import { docker, systemStack } from "../support/system-stack.ts";

const question = "Say hello to the nine services.";

describe("the pages, in a real Chromium", () => {
  let pages: OpenPages;
  before(async function () {
    this.timeout(15 * 60_000);
    pages = await openPages();
  });
  after(async () => {
    await pages.close();
  });

  it("Open WebUI signs its administrator in, and a chat with the agent is answered", async () => {
    const page = await pages.context.newPage();
    await signIn(page);
    const answer = await chatIn(page, question);
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
    const page = await pages.context.newPage();
    await page.goto(systemStack().url("phoenix"), { waitUntil: "domcontentloaded" });
    await page.getByText("agent-stack", { exact: true }).first().click();
    await page.locator("table").getByText(question).first().waitFor();
    await picture(page, "phoenix");

    expect(await page.locator("table").getByText(question).count()).to.be.greaterThan(0);
  });
});

function inDatabase(database: string, query: string): string {
  const container = systemStack().containerId("postgres");
  const psql = ["psql", "-h", "/tmp", "-U", "postgres", "-d", database, "-At", "-c", query];
  return docker("exec", container, ...psql);
}
