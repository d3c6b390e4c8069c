import { expect } from "chai";
import { parseAgentEnvironment } from "../../agent/contract/parse-environment.ts";
import {
  isBehindAlias,
  memorySchema,
  nextRevision,
  schemaDifferences,
} from "../../agent/contract/memory-schema.ts";

const required = {
  DATABASE_URL: "postgresql://agent:a-password@postgres/agent",
  LITELLM_BASE_URL: "http://litellm:4000/v1",
  LITELLM_API_KEY: "sk-secret",
  QDRANT_URL: "http://qdrant:6333",
};

describe("the agent's environment", () => {
  it("has a default for all but what it can't guess", () => {
    expect(parseAgentEnvironment(required)).to.deep.include({
      AGENT_LISTEN_PORT: 8000,
      AGENT_MODEL: "planner",
      AGENT_API_KEYS: [],
    });
  });

  it("names every wrong variable and shows no value", () => {
    const read = () =>
      parseAgentEnvironment({
        ...required,
        DATABASE_URL: "mysql://hunter2",
        AGENT_MAX_RUNS: "many",
      });

    expect(read).to.throw(/DATABASE_URL[\s\S]*AGENT_MAX_RUNS|AGENT_MAX_RUNS[\s\S]*DATABASE_URL/);
    expect(read).not.to.throw(/hunter2/);
  });
});

describe("the memory schema", () => {
  const wanted = memorySchema({ alias: "agent_memory", embeddingModel: "embed", dimension: 384 });
  const equal = {
    collection: wanted.collection,
    size: 384,
    distance: "Cosine",
    hnsw: { m: 0, payload_m: 16 },
    quantization: { type: "int8", always_ram: true },
    indexes: { user_id: { type: "keyword", is_tenant: true }, message_id: { type: "uuid" } },
  };

  it("gives another model or dimension its own collection, under one alias", () => {
    const other = memorySchema({ alias: "agent_memory", embeddingModel: "other", dimension: 384 });

    expect(wanted.collection).to.match(/^agent_memory_v1_384_[0-9a-f]{8}$/);
    expect(other.collection).not.to.equal(wanted.collection);
    expect(other.alias).to.equal(wanted.alias);
  });

  it("does not take a missing index for a difference: it can be added", () => {
    expect(schemaDifferences(wanted, equal)).to.deep.equal([]);
  });

  it("names each difference with what is wanted and what there is", () => {
    const actual = {
      ...equal,
      size: 768,
      hnsw: { m: 16, payload_m: undefined },
      quantization: undefined,
      indexes: { user_id: { type: "keyword" } },
    };

    expect(schemaDifferences(wanted, actual)).to.deep.equal([
      { what: "vector size", wanted: "384", actual: "768" },
      { what: "hnsw m", wanted: "0", actual: "16" },
      { what: "hnsw payload_m", wanted: "16", actual: "none" },
      { what: "quantization", wanted: "int8", actual: "none" },
      { what: "quantization in memory", wanted: "true", actual: "none" },
      { what: "index user_id", wanted: "keyword, tenant", actual: "keyword" },
    ]);
  });

  it("takes a collection that was made again for the same one", () => {
    const again = nextRevision(wanted.collection, [wanted.collection]);

    expect(again).to.equal(`${wanted.collection}_r2`);
    expect(schemaDifferences(wanted, { ...equal, collection: again })).to.deep.equal([]);
  });

  it("knows what is behind its alias, and no other collection", () => {
    const names = [wanted.collection, `${wanted.collection}_r2`, "agent_memory_notes", "mine"];

    expect(names.filter((name) => isBehindAlias(name, "agent_memory"))).to.deep.equal(
      names.slice(0, 2),
    );
  });
});
