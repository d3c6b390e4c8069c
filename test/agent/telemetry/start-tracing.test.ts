import { expect } from "chai";
import { startTracing } from "../../../agent/telemetry/start-tracing.ts";
import { otlpCollector } from "../../support/otlp-collector.ts";
import { redactionFor } from "../../support/recorded-spans.ts";

const settings = { project: "a-project", redaction: redactionFor({}) };

describe("the way to the collector", () => {
  it("sends spans as protobuf, in the project that Phoenix files them under", async () => {
    const collector = await otlpCollector();
    const tracing = startTracing({ ...settings, collectorUrl: collector.url });
    const span = tracing.open("AGENT", "agent.run");
    span.belongTo({ userId: "ada", sessionId: "a-session" });
    const child = span.child("LLM", "chat planner");
    child.set(() => ({ "llm.token_count.total": 5, "input.value": "häh?" }));
    child.end();
    span.end();

    await tracing.stop(5000);

    expect(collector.contentTypes).to.deep.equal(["/v1/traces application/x-protobuf"]);
    const [turn, root] = collector.spans;
    expect(turn).to.include({ name: "chat planner", traceId: span.traceId, parentId: span.spanId });
    expect(turn?.attributes).to.deep.equal({
      "openinference.span.kind": "LLM",
      "user.id": "ada",
      "session.id": "a-session",
      "llm.token_count.total": 5,
      "input.value": "häh?",
    });
    expect(root?.resource).to.include({
      "openinference.project.name": "a-project",
      "service.name": "agent",
    });
    await collector.close();
  });

  it("takes no other span with one that is refused, and does not call the collector lost", async () => {
    const collector = await otlpCollector({ refuses: ({ name }) => name === "bad" });
    const told: string[] = [];
    const tracing = startTracing({
      ...settings,
      collectorUrl: collector.url,
      onCollector: (change) => told.push(change),
      onRefusal: () => told.push("refused"),
    });
    for (const name of ["a", "b", "bad", "c", "d"]) tracing.open("AGENT", name).end();

    await tracing.stop(5000);

    expect(collector.spans.map(({ name }) => name)).to.deep.equal(["a", "b", "c", "d"]);
    expect(told).to.deep.equal(["refused"]);
    await collector.close();
  });

  it("keeps nobody waiting when the collector takes spans and never answers", async () => {
    const collector = await otlpCollector({ silent: true });
    const tracing = startTracing({ ...settings, collectorUrl: collector.url });
    tracing.open("AGENT", "agent.run").end();
    const began = performance.now();

    await tracing.stop(100);

    expect(performance.now() - began).to.be.within(90, 1500);
    await collector.close();
  });

  it("says once that the collector is away, however much there is to send", async () => {
    const changes: string[] = [];
    const onCollector = (change: string) => changes.push(change);
    const tracing = startTracing({ ...settings, collectorUrl: "http://127.0.0.1:1", onCollector });
    for (let count = 0; count < 2000; count++) tracing.open("AGENT", "agent.run").end();

    await tracing.stop(6000);

    expect(changes).to.deep.equal(["lost"]);
  });
});
