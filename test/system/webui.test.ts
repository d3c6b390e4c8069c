import { expect } from "chai";
import type { Page } from "playwright-core";
import { queryAgentDatabase } from "../support/agent-calls.ts";
import { eventually } from "../support/eventually.ts";
import { ForwardedPort } from "../support/forwarded-port.ts";
import { onePagePdf } from "../support/one-page-pdf.ts";
import {
  type Account,
  addPerson,
  ask,
  askAgain,
  attach,
  changeSetting,
  chatId,
  deleteChat,
  editQuestion,
  newChat,
  openPages,
  type OpenPages,
  picture,
  readSetting,
  signIn,
} from "../support/open-webui-page.ts";
import { type ScriptedProvider, scriptedProvider } from "../support/provider.ts";
import { isRemembered, pointsOf } from "../support/remembered.ts";
import { docker, systemStack, upIsHealthy } from "../support/system-stack.ts";

const bea: Account = { email: "bea@example.test", password: "beas own password" };

/** As a reasoning model's server begins an answer. */
const thinking = [{ reasoning_content: "A gate has one colour at a time." }];

interface Kept {
  readonly id: string;
  readonly title: string;
}

describe("Open WebUI with a provider's model, for an account with the role user, in a real Chromium", () => {
  let provider: ScriptedProvider;
  let pages: OpenPages;
  let forwarded: ForwardedPort;
  before(async function () {
    this.timeout(20 * 60_000);
    provider = await scriptedProvider();
    provider.configure("none");
    await upIsHealthy();
    pages = await openPages();
    forwarded = await ForwardedPort.open(Number(new URL(own()).port));
    const page = await pages.context.newPage();
    await signIn(page);
    await addPerson(page, bea);
    await page.close();
  });
  after(async () => {
    await pages.close();
    forwarded.close();
    await provider.remove();
  });

  const own = () => systemStack().url("open-webui");
  const addresses: readonly (readonly [string, () => string])[] = [
    ["the stack's own address", own],
    ["a forwarded port", () => `http://localhost:${forwarded.port}`],
  ];
  /** All that the model was told in chats since then: a task of the page's own is not one. */
  const promptsSince = (count: number) =>
    provider.server.requests.slice(count).map(({ body }) => JSON.stringify(body["messages"]));
  const lastPrompt = () => promptsSince(0).at(-1) ?? "";
  function kept(chat: string): Kept | undefined {
    const sql = `SELECT id || '|' || coalesce(title, '') FROM conversations WHERE external_id = '${chat}'`;
    const [id = "", title = ""] = queryAgentDatabase(sql).split("|");
    return id === "" ? undefined : { id, title };
  }
  function stored(chat: string): string[] {
    const sql = `SELECT m.role || ': ' || (m.content #>> '{}') || CASE WHEN superseded_at IS NULL THEN '' ELSE ' (superseded)' END
        FROM messages m JOIN conversations c ON c.id = conversation_id
       WHERE c.external_id = '${chat}' ORDER BY seq`;
    return queryAgentDatabase(sql).split("\n");
  }

  for (const [where, address] of addresses) {
    describe(`at ${where}`, () => {
      let page: Page;
      let chat: string;
      before(async () => {
        const context = await pages.other();
        page = await context.newPage();
        await signIn(page, bea, address());
      });
      after(() => page.context().close());

      it("shows suggestions, and an answer with the reasoning before it", async () => {
        expect(await page.getByText("Search the web").count()).to.be.greaterThan(0);
        await picture(page, "suggestions");
        provider.answer({ opening: thinking, text: "A marigold gate, noted." });

        const answer = await ask(page, "My gate is painted marigold.");
        await picture(page, "reasoning");

        chat = chatId(page);
        expect(answer).to.include("A marigold gate, noted.");
        expect(await page.getByText(/Thought for|Thinking/).count()).to.be.greaterThan(0);
        expect(kept(chat)?.title).to.equal("My gate is painted marigold.");
      });

      it("forgets what an edit replaces before the very next prompt", async () => {
        const { id } = kept(chat) ?? { id: "" };
        await isRemembered(id);
        expect(await pointsOf(id)).to.equal(2);
        const before = provider.server.requests.length;
        provider.answer({ text: "An indigo gate, noted." });

        await editQuestion(page, "My gate is painted indigo.");
        expect(await ask(page, "Which colour is my gate?")).to.include("indigo");
        await picture(page, "edited");

        const prompts = promptsSince(before);
        expect(prompts).to.have.length(2);
        expect(prompts.join()).to.include("indigo").and.not.include("marigold");
        expect(stored(chat)).to.deep.equal([
          "user: My gate is painted marigold. (superseded)",
          "assistant: A marigold gate, noted. (superseded)",
          "user: My gate is painted indigo.",
          "assistant: An indigo gate, noted.",
          "user: Which colour is my gate?",
          "assistant: An indigo gate, noted.",
        ]);
        await isRemembered(id);
        expect(await pointsOf(id)).to.equal(4);
      });

      it("forgets an answer that is made again, and stores its question once", async () => {
        const { id } = kept(chat) ?? { id: "" };
        const before = provider.server.requests.length;
        provider.answer({ text: "It is the colour of the evening." });
        await askAgain(page);
        expect(await ask(page, "And the fence?")).to.include("evening");

        const prompts = promptsSince(before);
        expect(prompts).to.have.length(2);
        expect(stored(chat).slice(4)).to.deep.equal([
          "user: Which colour is my gate?",
          "assistant: An indigo gate, noted. (superseded)",
          "assistant: It is the colour of the evening.",
          "user: And the fence?",
          "assistant: It is the colour of the evening.",
        ]);
        await isRemembered(id);
        expect(await pointsOf(id)).to.equal(6);
      });

      it("deletes all that is kept of a chat that is deleted", async () => {
        const { id } = kept(chat) ?? { id: "" };
        await deleteChat(page);

        await eventually(() => kept(chat) === undefined, "the conversation is deleted", 30_000);
        expect(await pointsOf(id)).to.equal(0);
      });

      it("keeps a question about a PDF as the question", async () => {
        await newChat(page);
        await attach(page, "gate.pdf", onePagePdf("The gate was forged in Ostrava in 1891."));
        provider.answer({ text: "In Ostrava." });
        expect(await ask(page, "Where was the gate made?")).to.include("Ostrava");
        await picture(page, "document");

        const documented = chatId(page);
        expect(lastPrompt()).to.include("forged in Ostrava in 1891");
        expect(kept(documented)?.title).to.equal("Where was the gate made?");
        expect(stored(documented)).to.deep.equal([
          "user: Where was the gate made?",
          "assistant: In Ostrava.",
        ]);
      });
    });
  }

  it("deletes what is kept of a chat that was deleted while the agent was away", async () => {
    const context = await pages.other();
    const page = await context.newPage();
    await signIn(page, bea);
    provider.answer({ text: "Noted." });
    await ask(page, "My hedge is a beech.");
    const chat = chatId(page);
    expect(kept(chat)?.title).to.equal("My hedge is a beech.");

    docker("stop", systemStack().containerId("agent"));
    await deleteChat(page);
    docker("start", systemStack().containerId("agent"));
    await context.close();

    await eventually(() => kept(chat) === undefined, "the conversation is deleted", 180_000);
  });

  it("keeps what an administrator changed in the page when it is started again", async () => {
    const page = await pages.context.newPage();
    await page.goto(own(), { waitUntil: "domcontentloaded" });
    const banner = {
      id: "mine",
      type: "info",
      content: "Tea at four.",
      dismissible: true,
      timestamp: 0,
    };
    await changeSetting(page, "/api/v1/configs/banners", { banners: [banner] });

    docker("restart", systemStack().containerId("open-webui"));
    const health = await systemStack().stack("health", "--wait", "--timeout", "240");
    expect(health.exitCode, health.stdout).to.equal(0);
    const again = await (await pages.other()).newPage();
    await signIn(again);

    expect(JSON.stringify(await readSetting(again, "/api/v1/configs/banners"))).to.include(
      "Tea at four.",
    );
  });
});
