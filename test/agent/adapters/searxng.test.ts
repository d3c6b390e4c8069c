import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { expect } from "chai";
import { searxng } from "../../../agent/adapters/searxng.ts";

describe("the SearXNG adapter", () => {
  let server: Server;
  let asked: URLSearchParams;
  let answer: { readonly status: number; readonly body: object };

  beforeEach(async () => {
    server = createServer((request, response) => {
      asked = new URL(request.url ?? "", "http://x").searchParams;
      response.writeHead(answer.status, { "content-type": "application/json" });
      response.end(JSON.stringify(answer.body));
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
  });
  afterEach(() => server.close());

  const search = (query: { text: string; maxResults: number; timeRange?: "week" }) => {
    const { port } = server.address() as { port: number };
    return searxng(`http://127.0.0.1:${port}`).search(query, AbortSignal.timeout(1000));
  };

  it("asks for JSON, and gives back as many results as wanted", async () => {
    const result = (n: number) => ({ title: `T${n}`, url: `http://r/${n}`, content: `C${n}` });
    answer = { status: 200, body: { results: [1, 2, 3].map(result), unresponsive_engines: [] } };

    const found = await search({ text: "qdrant news", maxResults: 2, timeRange: "week" });

    expect(Object.fromEntries(asked)).to.deep.equal({
      q: "qdrant news",
      format: "json",
      time_range: "week",
    });
    expect(found.map(({ title, snippet }) => [title, snippet])).to.deep.equal([
      ["T1", "C1"],
      ["T2", "C2"],
    ]);
  });

  it("names the engines that failed when none of them found anything", async () => {
    answer = { status: 200, body: { results: [], unresponsive_engines: [["wiki", "timeout"]] } };

    expect(await messageOf(search({ text: "x", maxResults: 1 }))).to.include("wiki: timeout");
  });

  it("says in words a model can read that the service fails or is away", async () => {
    answer = { status: 403, body: {} };
    const refused = await messageOf(search({ text: "x", maxResults: 1 }));
    const away = searxng("http://127.0.0.1:1").search(
      { text: "x", maxResults: 1 },
      AbortSignal.timeout(1000),
    );

    expect(refused).to.equal("The search service answered 403.");
    expect(await messageOf(away)).to.equal("The search service cannot be reached.");
  });
});

async function messageOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => "no error",
    (error: unknown) => (error as Error).message,
  );
}
