import { readFileSync, statSync, writeFileSync } from "node:fs";
import { expect } from "chai";
import { parse as parseDotenv } from "dotenv";
import { join } from "node:path";
import { setPortsInEnvFile } from "../../../cli/stack/env-file.ts";
import { chooseMoves } from "../../../cli/ports/move-ports.ts";
import type { WantedPort } from "../../../cli/ports/port-plan.ts";
import { stacksOfClone } from "../../../cli/stack/stacks-of-clone.ts";
import { ownerMark } from "../../../infra/applied-record.ts";
import { endpoints } from "../../../infra/services/endpoints.ts";
import { scratchFolder } from "../../support/scratch-folder.ts";

type PublishedService = "agent" | "phoenix" | "qdrant" | "searxng";

function wanted(service: PublishedService, port: number): WantedPort {
  return { service, setting: endpoints[service].setting, port };
}

/** A machine on which somebody listens on `ports`. */
function machineWith(...ports: number[]) {
  return { isFree: (port: number) => Promise.resolve(!ports.includes(port)), avoid: [] };
}

describe("choosing free ports", () => {
  it("moves what has a reason to, a hundred higher, and leaves the rest", async () => {
    const moves = await chooseMoves(
      [wanted("agent", 8000), wanted("qdrant", 6333)],
      ({ service }) => (service === "agent" ? "taken" : undefined),
      machineWith(8000),
    );

    expect(moves).to.deep.equal([
      { service: "agent", setting: "AGENT_PORT", from: 8000, to: 8100, because: "taken" },
    ]);
  });

  it("passes over ports that are taken, that another stack has, and that it has given away", async () => {
    const ports = [wanted("agent", 8000), wanted("searxng", 8080), wanted("phoenix", 8000)];
    const world = { ...machineWith(8100), avoid: [8200, 8180] };

    const moves = await chooseMoves(ports, () => "taken", world);

    expect(moves.map(({ to }) => to)).to.deep.equal([8300, 8280, 8400]);
  });

  it("says so where there is none", async () => {
    const full = { avoid: [], isFree: () => Promise.resolve(false) };

    const error: unknown = await chooseMoves([wanted("agent", 65_000)], () => "taken", full).catch(
      (reason: unknown) => reason,
    );

    expect(String(error)).to.include("No free port was found for agent above 65000");
  });
});

describe("remembering ports", () => {
  const folder = scratchFolder();

  it("adds them to the stack's file, stronger than what is there and without losing a line", () => {
    const mine = "# my note\nAGENT_PORT=9000\nQDRANT_PORT=\nLOG_LEVEL=debug";
    const path = join(folder.path, ".env.two");
    writeFileSync(path, mine);

    setPortsInEnvFile(folder.path, "two", { AGENT_PORT: "9100", QDRANT_PORT: "6433" });

    const text = readFileSync(path, "utf8");
    expect(parseDotenv(text)).to.deep.equal({
      AGENT_PORT: "9100",
      QDRANT_PORT: "6433",
      LOG_LEVEL: "debug",
    });
    expect(text)
      .to.include("# my note\nAGENT_PORT=9000\n")
      .and.to.include("# Moved by --auto-ports.\n");
    expect(statSync(path).mode & 0o777).to.equal(0o600);
  });

  it("keeps one block of them, whatever is written around it and however often they move", () => {
    const path = join(folder.path, ".env.two");
    writeFileSync(path, "AGENT_PORT=9000\n");
    setPortsInEnvFile(folder.path, "two", { AGENT_PORT: "9100", QDRANT_PORT: "6433" });
    writeFileSync(
      path,
      `${readFileSync(path, "utf8")}LOG_LEVEL=debug\n\n# mine\nPHOENIX_PORT=7000\n`,
    );

    setPortsInEnvFile(folder.path, "two", { AGENT_PORT: "9200", PHOENIX_PORT: "7100" });
    setPortsInEnvFile(folder.path, "two", { AGENT_PORT: "9300" });

    expect(readFileSync(path, "utf8")).to.equal(
      "AGENT_PORT=9000\nLOG_LEVEL=debug\n\n# mine\nPHOENIX_PORT=7000\n" +
        "# Moved by --auto-ports.\nAGENT_PORT=9300\nQDRANT_PORT=6433\nPHOENIX_PORT=7100\n",
    );
  });

  it("finds the clone's other stacks, their mark and their ports", () => {
    writeFileSync(
      join(folder.path, ".env"),
      "STACK_RECORD_KEY=a-key-of-the-stack\nAGENT_PORT=8001",
    );
    writeFileSync(join(folder.path, ".env.template"), "AGENT_PORT=1");
    writeFileSync(join(folder.path, ".env.two"), "");

    const found = stacksOfClone(folder.path);

    expect(found.map(({ stackName, owner }) => [stackName, owner])).to.have.deep.members([
      ["dev", ownerMark("a-key-of-the-stack")],
      ["two", undefined],
    ]);
    expect(found.find(({ stackName }) => stackName === "dev")?.ports).to.include(8001);
    expect(found.find(({ stackName }) => stackName === "two")?.ports).to.include(8000);
  });
});
