import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import { postToAgent } from "../support/agent-calls.ts";
import { withChangedFile } from "../support/with-changed-file.ts";
import { chatIn, type OpenPages, openPages, picture, signIn } from "../support/open-webui-page.ts";
import { type ScriptedProvider, scriptedProvider } from "../support/provider.ts";
import { docker, systemStack, upIsHealthy } from "../support/system-stack.ts";

const found = {
  title: "Herons of the north",
  url: "https://herons.example/north",
  content: "The grey heron stays all winter.",
};

/** The public web, as far as a search engine knows it: one page. */
async function startWeb(host: string): Promise<Server> {
  const web = createServer((_request, response) => {
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify({ results: [found] }));
  });
  web.listen(0, host);
  await once(web, "listening");
  return web;
}

function withEngine(settings: string, { address, port }: AddressInfo): string {
  return `${settings}
engines:
  - name: the web
    engine: json_engine
    enable_http: true
    shortcut: web
    categories: general
    search_url: http://${address}:${port}/?q={query}
    results_query: results
    url_query: url
    title_query: title
    content_query: content
`;
}

describe("an answer that rests on the web", () => {
  let provider: ScriptedProvider;
  let web: Server;
  let pages: OpenPages;
  before(async function () {
    this.timeout(15 * 60_000);
    provider = await scriptedProvider();
    web = await startWeb(new URL(provider.server.url).hostname);
    pages = await openPages();
  });
  after(async () => {
    await pages.close();
    web.close();
    await provider.remove();
  });

  it("is streamed to Open WebUI with its citation, which the page shows", async () => {
    provider.configure("none");
    provider.answer(
      { calls: [{ name: "web_search", args: JSON.stringify({ query: "herons in winter" }) }] },
      { text: "The grey heron stays, all winter long." },
    );
    const searched = {
      file: "infra/services/searxng/settings.yml",
      change: (text: string) => withEngine(text, web.address() as AddressInfo),
    };
    await withChangedFile(searched, async () => {
      await upIsHealthy();
      const page = await pages.context.newPage();
      await signIn(page);
      const picked = await page.getByText("planner", { exact: true }).count();
      const answer = await chatIn(page, "Do herons leave in winter?");
      const sources = page.getByRole("button", { name: "1 Source" });
      await sources.click();
      await page
        .getByText(/Herons of the north|herons\.example/)
        .first()
        .waitFor();
      await picture(page, "citation");

      expect(picked).to.be.greaterThan(0);
      expect(answer).to.include("all winter long");
      const told = provider.server.requests.map(({ body }) => JSON.stringify(body));
      expect(told.some((body) => body.includes(found.content))).to.equal(true);
    });
  });

  it("is given without it where the search service hangs", async () => {
    provider.answer(
      { calls: [{ name: "web_search", args: JSON.stringify({ query: "herons" }) }] },
      { text: "I could not look it up." },
    );
    docker("pause", systemStack().containerId("searxng"));
    try {
      const response = await postToAgent("/v1/agent", { prompt: "Do herons leave in winter?" });
      const body = (await response.json()) as {
        response: string;
        metadata: { tool_executions: object[] };
      };

      expect(response.status).to.equal(200);
      expect(body.response).to.equal("I could not look it up.");
      expect(body.metadata.tool_executions[0]).to.include({ status: "timeout" });
    } finally {
      docker("unpause", systemStack().containerId("searxng"));
    }
  });
});
