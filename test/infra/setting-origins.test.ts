import { expect } from "chai";
import type { SettingName } from "../../infra/settings/definitions.ts";
import { type SettingOrigin, settingOrigins } from "../../infra/settings/setting-origins.ts";

const layer = (source: string, values: Readonly<Record<string, string>>) => ({
  ...{ source, values },
  onlySettings: false,
});

function originOf(name: SettingName, ...layers: ReturnType<typeof layer>[]): SettingOrigin {
  const found = settingOrigins(layers).find((origin) => origin.name === name);
  if (!found) throw new Error(`${name} is missing`);
  return found;
}

describe("where a setting comes from", () => {
  it("is the strongest source that sets it, beside those that are not used", () => {
    const environment = layer("the environment", { AGENT_PORT: "81" });
    const file = layer(".env", { AGENT_PORT: "82" });

    expect(originOf("AGENT_PORT", environment, file)).to.include({
      value: "81",
      origin: "the environment",
    });
    expect(originOf("AGENT_PORT", environment, file).hidden).to.deep.equal([".env"]);
  });

  it("is the default where no source sets it, or sets it to nothing", () => {
    const empty = layer(".env", { AGENT_PORT: " " });

    expect(originOf("AGENT_PORT", empty)).to.include({ value: "8000", origin: "default" });
  });

  it("shows of a secret only whether it is set, and no login in an address", () => {
    const file = layer(".env", {
      OPENROUTER_API_KEY: "or-key-123",
      PLANNER_API_BASE: "https://me:hunter2@models.example/v1",
    });

    const key = originOf("OPENROUTER_API_KEY", file);
    expect(key).to.include({ value: undefined, isSet: true });
    expect(originOf("HF_TOKEN", file)).to.include({ value: undefined, isSet: false });
    expect(originOf("PLANNER_API_BASE", file).value).to.equal("https://models.example/v1");
  });
});
