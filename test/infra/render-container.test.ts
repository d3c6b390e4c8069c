import { expect } from "chai";
import { goDuration, hostPath, renderContainer } from "../../infra/render-container.ts";
import { StackError } from "../../infra/stack-error.ts";
import { desiredWith, testSources } from "../support/desired.ts";

describe("the rendered stack", () => {
  it("gives every container, volume and network the stack's name", () => {
    const { containers } = desiredWith({ STACK_PROJECT_NAME: "mine" });

    for (const { args, service: name } of containers) {
      expect(args.name).to.equal(`mine-test-${name}`);
      expect(args.networksAdvanced).to.deep.equal([{ name: "mine-test", aliases: [name] }]);
      for (const volume of args.volumes) expect(volume.volumeName).to.match(/^mine-test-/);
    }
  });

  it("publishes each service on the port that its setting names", () => {
    const { addresses } = desiredWith({ AGENT_PORT: "18000", QDRANT_PORT: "16333" });

    expect(addresses["agent"]).to.equal("http://127.0.0.1:18000");
    expect(addresses["qdrant"]).to.equal("http://127.0.0.1:16333");
    expect(addresses["litellm"]).to.equal("http://127.0.0.1:4000");
  });

  it("refuses two services on one port and names both", () => {
    expect(() => desiredWith({ AGENT_PORT: "4000" })).to.throw(
      StackError,
      /litellm and agent.*4000/,
    );
  });

  it("changes only the fingerprint when a secret changes, and the text is nowhere", () => {
    const before = desiredWith({ QDRANT_API_KEY: "first-secret-key" }).record;
    const after = desiredWith({ QDRANT_API_KEY: "other-secret-key" }).record;

    const name = "QDRANT__SERVICE__API_KEY";
    expect(before.services["qdrant"]?.environment[name]).to.match(/^hmac-sha256:[0-9a-f]{32}$/);
    expect(before.services["qdrant"]?.environment[name]).not.to.equal(
      after.services["qdrant"]?.environment[name],
    );
    expect(JSON.stringify(before)).not.to.include("first-secret-key");
  });

  for (const [script, times] of [
    ["infra/images/python/probe", /^readonly patience=(\d+) life=(\d+)$/m],
    ["infra/images/probe.py", /^PATIENCE, LIFE = (\d+), (\d+)$/m],
  ] as const) {
    it(`lets a probe of ${script} check and stay as long as it does by itself`, () => {
      const [, patience, life] = times.exec(testSources.readText(script)) ?? [];
      const { specs, identity } = desiredWith({ HEALTH_INTERVAL: "7" });
      const spec = specs.find(({ name }) => name === "postgres");
      if (!spec) throw new Error("no postgres");
      const { timeout } = renderContainer(spec, identity).args.healthcheck;

      expect(Number(patience)).to.equal(spec.healthcheck.timeoutSeconds);
      // One more interval, and the last check in all its length; then Docker would kill it.
      expect(timeout).to.equal(goDuration(Number(life) + 7 + 2 * Number(patience)));
    });
  }

  it("runs a service from the clone's source only where that is asked for, and read-only", () => {
    const spec = desiredWith().specs.find(({ name }) => name === "agent");
    if (!spec) throw new Error("no agent");
    const identity = { ...desiredWith().identity };

    const usual = renderContainer(spec, identity).args;
    const live = renderContainer(spec, identity, { mountFrom: "/clone" }).args;

    expect(usual.volumes).to.deep.equal([]);
    expect(live.volumes).to.deep.equal([
      {
        containerPath: "/app/agent/source",
        hostPath: "/clone/agent",
        readOnly: true,
        // Without it SELinux (Fedora, RHEL) lets no container read the clone.
        selinuxRelabel: "z",
      },
    ]);
    expect(live.command).to.include("--watch");
    expect([live.readOnly, live.user]).to.deep.equal([true, usual.user]);
  });

  it("names that source as Docker wants it on each system", () => {
    expect(hostPath("/clone", "agent")).to.equal("/clone/agent");
    expect(hostPath("/", "agent")).to.equal("/agent");
    expect(hostPath("/a\\b", "agent")).to.equal("/a\\b/agent");
    expect(hostPath("C:\\Users\\Ada B\\clone", "agent")).to.equal("C:/Users/Ada B/clone/agent");
  });
});
