import { expect } from "chai";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { hardeningTable, type InspectedContainer } from "../support/hardening-table.ts";
import { serviceNames } from "../support/service-names.ts";
import { docker, systemStack } from "../support/system-stack.ts";

describe("the running containers", () => {
  it("are confined as docs/hardening.md says, every one of them", () => {
    const document = readFileSync(join(import.meta.dirname, "../../docs/hardening.md"), "utf8");
    const shown = document.split("\n").filter((line) => line.startsWith("|"));

    const found = hardeningTable(serviceNames.map((name) => [name, inspect(name)]));

    expect(shown.map(withoutPadding).join("\n")).to.equal(
      found.split("\n").map(withoutPadding).join("\n"),
    );
  });

  it("rotate their logs", () => {
    for (const name of serviceNames) {
      const { HostConfig } = inspect(name);
      expect(HostConfig.LogConfig.Config, name).to.include({ "max-size": "10m", "max-file": "3" });
    }
  });
});

function inspect(service: string): InspectedContainer {
  const text = docker("inspect", systemStack().containerId(service));
  const [container] = JSON.parse(text) as InspectedContainer[];
  if (!container) throw new Error(`${service} has no container`);
  return container;
}

/** The formatter of the docs pads cells, and lengthens the rule below the head. */
function withoutPadding(row: string): string {
  return row.replace(/-{3,}/g, "---").replace(/ +/g, " ");
}
