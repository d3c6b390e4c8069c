import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { newestEvidence } from "../../../cli/diagnosis/evidence.ts";
import { scratchFolder } from "../../support/scratch-folder.ts";
import { symptoms } from "../../support/symptoms.ts";

describe("the newest evidence", () => {
  const folder = scratchFolder();

  function keep(time: string, service: string, stack: string): void {
    const evidence = {
      ...symptoms({ service }),
      reason: "turned unhealthy",
      keptAt: time,
      file: "",
      inspect: { Config: { Labels: { "agent-stack.stack": stack } } },
    };
    const name = `${time.replaceAll(":", "")}-${service}.json`;
    writeFileSync(join(folder.path, name), JSON.stringify(evidence));
  }

  it("is the last that was kept of that service and that stack", () => {
    keep("2026-01-01T10:00:00.000Z", "web", "test");
    keep("2026-01-01T11:00:00.000Z", "web", "test");
    keep("2026-01-01T12:00:00.000Z", "web", "dev");
    keep("2026-01-01T13:00:00.000Z", "open-web", "test");

    expect(newestEvidence(folder.path, "test", "web")?.keptAt).to.equal("2026-01-01T11:00:00.000Z");
  });

  it("is none that was cut short", () => {
    keep("2026-01-01T10:00:00.000Z", "web", "test");
    writeFileSync(join(folder.path, "2026-01-01T110000.000Z-web.json"), '{"service":"we');
    writeFileSync(join(folder.path, "2026-01-01T120000.000Z-web.json"), "{}");

    expect(newestEvidence(folder.path, "test", "web")?.keptAt).to.equal("2026-01-01T10:00:00.000Z");
  });

  it("is none where nothing failed", () => {
    expect(newestEvidence(join(folder.path, "none"), "test", "web")).to.equal(undefined);
  });
});
