import { chmodSync, writeFileSync } from "node:fs";
import { expect } from "chai";
import { join } from "node:path";
import { browserCommand } from "../../../cli/os/open-in-browser.ts";
import { loginOf, pageToOpen } from "../../../cli/stack/service-pages.ts";
import { scratchFolder } from "../../support/scratch-folder.ts";
import { settingsWith } from "../../support/settings.ts";

const address = "http://127.0.0.1:3000";

describe("opening a page", () => {
  const folder = scratchFolder();

  it("takes each system's own way", () => {
    expect(browserCommand(address, "darwin", {})).to.deep.equal(["open", address]);
    expect(browserCommand(address, "win32", {})?.[0]).to.equal("cmd");
  });

  it("wants a display and xdg-open elsewhere", () => {
    const opener = join(folder.path, "xdg-open");
    writeFileSync(opener, "#!/bin/sh\n");
    chmodSync(opener, 0o755);
    const environment = { PATH: folder.path, WAYLAND_DISPLAY: "wayland-0" };

    expect(browserCommand(address, "linux", environment)).to.deep.equal([opener, address]);
    expect(browserCommand(address, "linux", { PATH: folder.path })).to.equal(undefined);
    expect(browserCommand(address, "linux", { DISPLAY: ":0", PATH: "" })).to.equal(undefined);
  });

  it("never hands a browser what it can't speak", () => {
    expect(browserCommand("postgresql://127.0.0.1:5432", "darwin", {})).to.equal(undefined);
  });

  it("means the chat where none is named, else the agent", () => {
    const agent = { agent: "http://127.0.0.1:8000" };

    expect(pageToOpen({ ...agent, "open-webui": address }, undefined).service).to.equal(
      "open-webui",
    );
    expect(pageToOpen(agent, undefined).service).to.equal("agent");
    expect(pageToOpen({ ...agent, qdrant: address }, "qdrant").address).to.equal(address);
  });

  it("shows the chat's login beside the chat, and beside nothing else", () => {
    const settings = settingsWith({ WEBUI_ADMIN_PASSWORD: "admins-own-password" });

    expect(Object.fromEntries(loginOf("open-webui", settings))["password"]).to.equal(
      "admins-own-password",
    );
    expect(loginOf("agent", settings)).to.deep.equal([]);
  });
});
