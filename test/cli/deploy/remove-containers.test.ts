import { expect } from "chai";
import type Docker from "dockerode";
import { removeContainers } from "../../../cli/deploy/remove-containers.ts";
import { stopOrder } from "../../../cli/deploy/stop-order.ts";
import { emptyState } from "../../../cli/pulumi/stack-state.ts";
import type { Activity } from "../../../cli/output/activity.ts";
import { rejection } from "../../support/rejection.ts";

/** Docker with these containers, by service; each ends when the test says so. */
class FakeDocker {
  readonly running = new Set<string>();
  /** In the order in which they happened. */
  readonly log: string[] = [];
  readonly stopping = new Map<string, PromiseWithResolvers<undefined>>();
  readonly #refused: string | undefined;

  constructor(services: readonly string[], refused?: string) {
    for (const service of services) this.running.add(service);
    this.#refused = refused;
  }

  get docker(): Docker {
    return { getContainer: (id: string) => this.#container(id) } as unknown as Docker;
  }

  #container(id: string) {
    return {
      stop: async ({ t }: { t: number }) => {
        if (!this.running.has(id))
          throw Object.assign(new Error("not modified"), { statusCode: 304 });
        this.log.push(`stop ${id} ${t}`);
        const ending = Promise.withResolvers<undefined>();
        this.stopping.set(id, ending);
        await ending.promise;
        this.stopping.delete(id);
        this.running.delete(id);
      },
      remove: () => {
        this.log.push(`remove ${id}`);
        return id === this.#refused
          ? Promise.reject(Object.assign(new Error("device is busy"), { statusCode: 500 }))
          : Promise.resolve();
      },
    };
  }

  /** What is being stopped now, once everything else has had its turn. */
  async stoppingNow(): Promise<string[]> {
    await new Promise((resolve) => setImmediate(resolve));
    return [...this.stopping.keys()].sort();
  }

  end(id: string): void {
    this.stopping.get(id)?.resolve(undefined);
  }

  endAll(): void {
    for (const id of this.stopping.keys()) this.end(id);
  }
}

const services = ["agent", "open-webui", "phoenix", "postgres", "litellm"];
const signal = new AbortController().signal;
const quietly = { report: () => undefined, signal };

function leaving(names: readonly string[] = services) {
  return stopOrder(
    names.map((service) => ({ id: service, service })),
    emptyState,
  );
}

describe("removeContainers", () => {
  it("stops at once what nothing calls any more, and databases after their clients", async () => {
    const fake = new FakeDocker(services);
    const { done, allBegun } = removeContainers(fake.docker, leaving(), quietly);
    let isBegun = false;
    void allBegun.then(() => (isBegun = true));

    expect(await fake.stoppingNow()).to.deep.equal(["agent", "open-webui"]);
    fake.end("agent");
    expect(await fake.stoppingNow()).to.deep.equal(["litellm", "open-webui", "phoenix"]);
    fake.end("phoenix");
    expect(await fake.stoppingNow()).to.deep.equal(["litellm", "open-webui"]);
    expect(isBegun).to.equal(false);
    fake.end("open-webui");
    expect(await fake.stoppingNow()).to.deep.equal(["litellm", "postgres"]);
    expect(isBegun).to.equal(true);
    fake.endAll();
    await done;

    expect(fake.log.filter((line) => line.startsWith("remove"))).to.have.length(5);
    expect(fake.log.indexOf("remove agent")).to.be.below(fake.log.indexOf("stop postgres 60"));
  });

  it("removes what has stopped already, as after a command that was killed", async () => {
    const fake = new FakeDocker([]);

    await removeContainers(fake.docker, leaving(), quietly).done;

    expect(fake.log.toSorted()).to.deep.equal(services.map((name) => `remove ${name}`).toSorted());
  });

  it("says what it does with each service", async () => {
    const said: Activity[] = [];
    const fake = new FakeDocker([]);

    await removeContainers(fake.docker, leaving(["open-webui", "model-weights"]), {
      report: (activity) => said.push(activity),
      signal,
    }).done;

    expect(said.map(({ subject, message }) => `${subject}: ${message}`)).to.have.members([
      "open-webui: stopping",
      "model weights: stopping",
      "open-webui: removed",
      "model weights: removed",
    ]);
  });

  it("begins nothing more after Ctrl-C, and waits for what is under way", async () => {
    const fake = new FakeDocker(services);
    const ctrlC = new AbortController();
    const options = { report: () => undefined, signal: ctrlC.signal };
    const { done, allBegun } = removeContainers(fake.docker, leaving(), options);
    const over = Promise.all([done, allBegun].map((each) => each.catch((error: unknown) => error)));

    expect(await fake.stoppingNow()).to.deep.equal(["agent", "open-webui"]);
    ctrlC.abort();
    fake.end("agent");
    expect(await fake.stoppingNow()).to.deep.equal(["open-webui"]);
    fake.end("open-webui");

    expect(await over).to.deep.equal([ctrlC.signal.reason, ctrlC.signal.reason]);
    expect([...fake.running].sort()).to.deep.equal(["litellm", "phoenix", "postgres"]);
  });

  it("keeps a database whose client could not be removed, and names that", async () => {
    const fake = new FakeDocker(services, "phoenix");
    const { done, allBegun } = removeContainers(fake.docker, leaving(), quietly);
    const over = rejection(done);
    const never = rejection(allBegun);
    for (let step = 0; step < 3; step += 1) {
      await fake.stoppingNow();
      fake.endAll();
    }

    const error = await over;
    expect(error.message).to.equal("The stack could not be taken down completely.");
    expect(error.details).to.deep.equal(["phoenix: device is busy"]);
    expect([...fake.running]).to.deep.equal(["postgres"]);
    expect(await never).to.equal(error);
  });
});
