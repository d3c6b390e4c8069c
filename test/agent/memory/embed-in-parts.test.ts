import { expect } from "chai";
import { embedInParts } from "../../../agent/memory/embed-in-parts.ts";
import { letterEmbedder, RecordingEmbedder } from "../../support/in-memory-memory.ts";
import { recordSpans } from "../../support/recorded-spans.ts";

describe("many texts that are embedded", () => {
  const span = recordSpans().tracing.open("CHAIN", "a test");
  const inTime = () => ({ signal: AbortSignal.timeout(60_000), span });
  const embedAll = async (texts: readonly string[]) => {
    const embedder = new RecordingEmbedder();
    const vectors = await embedInParts(embedder, texts, inTime);
    return { vectors, parts: embedder.requests, signals: embedder.signals };
  };

  it("are asked for a few at a time, so that whoever else asks is not kept waiting", async () => {
    const { parts } = await embedAll(Array.from({ length: 20 }, (_each, index) => `text ${index}`));

    expect(parts.map(({ length }) => length)).to.deep.equal([8, 8, 4]);
  });

  it("are asked for one at a time where they are long", async () => {
    const texts = ["a".repeat(1500), "b".repeat(1400), "short", "c".repeat(1500)];

    const { parts } = await embedAll(texts);

    expect(parts).to.deep.equal([[texts[0]], [texts[1], texts[2]], [texts[3]]]);
  });

  it("have a vector each, in their order, and a time limit for each request", async () => {
    const texts = Array.from({ length: 30 }, (_each, index) => `${"x".repeat(index * 50)}y`);

    const { vectors, parts, signals } = await embedAll(texts);

    expect(vectors).to.deep.equal(await letterEmbedder.embed(texts, inTime()));
    expect(new Set(signals).size).to.equal(parts.length).and.greaterThan(2);
  });

  it("make no request where there are none", async () => {
    const { vectors, parts } = await embedAll([]);

    expect([vectors, parts]).to.deep.equal([[], []]);
  });
});
