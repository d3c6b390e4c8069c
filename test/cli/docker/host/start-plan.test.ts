import { expect } from "chai";
import { aptStep } from "../../../../cli/docker/host/install-engine.ts";
import { planStart, type System } from "../../../../cli/docker/host/start-plan.ts";
import { distributionOf } from "../../../../cli/docker/host/system.ts";

const debian: System = {
  platform: "linux",
  distribution: ["debian"],
  isRoot: true,
  systemd: false,
};

describe("how an engine gets running", () => {
  it("is by installing it on Debian and Ubuntu, as root", () => {
    expect(planStart(debian).action).to.equal("install");
    expect(planStart({ ...debian, distribution: ["ubuntu", "debian"] }).action).to.equal("install");
  });

  it("is by its service where systemd runs, else by hand", () => {
    const dockerd = "/usr/sbin/dockerd";

    expect(planStart({ ...debian, dockerd })).to.deep.equal({ action: "start-daemon", dockerd });
    expect(planStart({ ...debian, dockerd, systemd: true })).to.deep.equal({
      action: "start-service",
    });
  });

  const refusals: readonly [string, Partial<System>, string][] = [
    ["a user without root", { isRoot: false }, "sudo apt-get"],
    [
      "a user without root where it is installed",
      { isRoot: false, dockerd: "/usr/sbin/dockerd", systemd: true },
      "sudo systemctl start docker",
    ],
    ["Fedora", { distribution: ["fedora"] }, "dnf install -y moby-engine"],
    ["Arch", { distribution: ["arch"], isRoot: false }, "sudo pacman"],
    ["a Mac", { platform: "darwin" }, "colima start"],
    ["Windows", { platform: "win32" }, "Docker Desktop"],
    ["an unknown distribution", { distribution: ["nixos"] }, "Docker Engine"],
  ];
  for (const [who, differences, words] of refusals) {
    it(`is told to ${who} as a remedy`, () => {
      const plan = planStart({ ...debian, ...differences });

      expect(plan.action).to.equal("refuse");
      expect(plan).to.have.property("remedy").that.includes(words);
    });
  }
});

describe("a distribution", () => {
  it("is known by its own name and by those it is like", () => {
    expect(distributionOf('ID=linuxmint\nID_LIKE="ubuntu debian"\n')).to.deep.equal([
      "linuxmint",
      "ubuntu",
      "debian",
    ]);
    expect(distributionOf("")).to.deep.equal([]);
  });
});

describe("apt's output", () => {
  it("says what is being done", () => {
    expect(aptStep("Unpacking docker.io (20.10.24) ...")).to.equal("unpacking docker.io");
    expect(aptStep("Setting up mmdebstrap (1.3.5) ...")).to.equal("setting up mmdebstrap");
    expect(aptStep("Reading package lists...")).to.equal(undefined);
  });
});
