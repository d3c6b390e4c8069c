import { setTimeout as delay } from "node:timers/promises";
import { expect } from "chai";
import { eventually } from "../support/eventually.ts";
import { serviceNames } from "../support/service-names.ts";
import { docker, systemStack, upIsHealthy } from "../support/system-stack.ts";

const patienceMs = 300_000;

const idOf = (service: string) => systemStack().containerId(service);

function inspect(service: string, format: string): string {
  return docker("inspect", "--format", format, idOf(service)).trim();
}

function stopAll(): void {
  docker("stop", "--time", "30", ...serviceNames.map(idOf));
}

const isHealthy = (service: string) => inspect(service, "{{.State.Health.Status}}") === "healthy";

/** Everything becomes healthy, and no container ended on the way. */
async function allBecomeHealthy(): Promise<void> {
  await eventually(() => serviceNames.every(isHealthy), "all are healthy", patienceMs);
  for (const service of serviceNames) {
    expect(inspect(service, "{{.State.Running}} {{.RestartCount}}"), service).to.equal("true 0");
  }
}

describe("services that start in any order, as after a reboot", function () {
  this.timeout(20 * 60_000);
  after(upIsHealthy);

  for (const first of ["open-webui", "phoenix", "agent", "litellm"]) {
    it(`become healthy where ${first} is alone at first`, async () => {
      stopAll();
      docker("start", idOf(first));
      await delay(10_000);
      expect(inspect(first, "{{.State.Running}} {{.RestartCount}}")).to.equal("true 0");
      docker("start", ...serviceNames.map(idOf));

      await allBecomeHealthy();
    });
  }

  it("become healthy where Postgres is the last", async () => {
    stopAll();
    const others = serviceNames.filter((name) => name !== "postgres");
    docker("start", ...others.map(idOf));
    await delay(20_000);
    docker("start", idOf("postgres"));

    await allBecomeHealthy();
  });

  it("become healthy where Postgres is killed while they start", async () => {
    stopAll();
    docker("start", ...serviceNames.map(idOf));
    await eventually(() => isHealthy("postgres"), "Postgres is healthy", patienceMs);
    await delay(3000);
    docker("kill", idOf("postgres"));
    await delay(5000);
    docker("start", idOf("postgres"));

    await allBecomeHealthy();
  });
});
