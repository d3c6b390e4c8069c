import { expect } from "chai";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { PlannedStack } from "../../infra/desired-stack.ts";
import { isPulled } from "../../infra/image-plan.ts";
import { goDuration, volumeKey } from "../../infra/render-container.ts";
import { endpoints } from "../../infra/services/endpoints.ts";
import { desiredWith } from "../support/desired.ts";

const root = join(import.meta.dirname, "../..");
const variants = {
  "with the local model": desiredWith(),
  "with a provider's key": desiredWith({ OPENROUTER_API_KEY: "or-key-123456789" }),
  "from a registry": desiredWith({ IMAGE_SOURCE: "registry" }),
};

type Variant = keyof typeof variants;

/** Services whose configuration is copied into the container. */
const withFiles: Readonly<Record<Variant, readonly string[]>> = {
  "with the local model": ["searxng", "litellm"],
  "with a provider's key": ["searxng", "litellm"],
  "from a registry": ["postgres", "searxng", "litellm"],
};
const withoutSecrets: readonly string[] = ["qdrant", "embeddings", "model"];

// Walks whatever is in infra/services/index.ts: a new service is held to all this at once.
for (const [variant, stack] of Object.entries(variants) as [Variant, PlannedStack][]) {
  for (const [index, spec] of stack.specs.entries()) {
    const rendered = stack.containers[index];
    if (!rendered) throw new Error("unreachable");
    const { args, environment } = rendered;

    describe(`${spec.name} ${variant}`, () => {
      it("publishes its ports on loopback only, with ip and protocol written out", () => {
        expect(args.ports).to.have.length(spec.ports.length);
        for (const port of args.ports) {
          expect(port.ip).to.equal("127.0.0.1");
          expect(port.protocol).to.equal("tcp");
        }
        const internal = args.ports.map((port) => Number(port.internal));
        expect(internal).to.deep.equal(internal.toSorted((a, b) => a - b));
      });

      it("drops every capability, gains no privilege and runs as no root", () => {
        expect(args.capabilities.drops).to.deep.equal(["ALL"]);
        for (const capability of args.capabilities.adds)
          expect(capability).to.match(/^CAP_[A-Z_]+$/);
        expect(args.securityOpts).to.include("no-new-privileges:true");
        expect(args.user).to.match(/^[1-9]\d*:\d+$/);
      });

      it("has a read-only root unless files are copied into it", () => {
        // Docker cannot copy a file into a read-only root.
        expect(args.readOnly).to.equal(args.uploads.length === 0);
        expect(!args.readOnly, "withFiles, above").to.equal(withFiles[variant].includes(spec.name));
      });

      it("is limited in memory, swap included, so that no update is seen at every up", () => {
        expect(args.memory).to.be.greaterThan(0);
        expect(args.memorySwap).to.equal(args.memory);
        expect(spec.usualMegabytes).to.be.within(1, spec.memoryMegabytes * 0.75);
      });

      it("rotates its logs", () => {
        expect(args.logDriver).to.equal("json-file");
        expect(args.logOpts).to.have.all.keys("max-file", "max-size");
      });

      it("has a health check whose durations are written as Go prints them", () => {
        const { tests, interval, timeout, startPeriod, retries } = args.healthcheck;
        expect(tests).to.have.length.greaterThan(1);
        for (const duration of [interval, timeout, startPeriod]) {
          expect(duration).to.match(/^(\d+h\d+m\d+s|\d+m\d+s|\d+s|\d+ms)$/);
        }
        expect(retries).to.be.greaterThan(0);
      });

      it("is watched by a probe that stays, keeps its memory in a fresh /tmp and ends before Docker ends it", () => {
        const { tests, interval, timeout } = args.healthcheck;
        const { startPeriodSeconds, isProbe } = spec.healthcheck;
        const longest = Math.max(60, startPeriodSeconds) + 5 + 5;

        expect(isProbe).to.equal(true);
        expect((tests as string[]).slice(-2)).to.deep.equal(["5", String(startPeriodSeconds)]);
        expect(interval).to.equal("500ms");
        expect(secondsOf(timeout as string)).to.be.greaterThan(longest);
        expect(args.tmpfs["/tmp"]).to.be.a("string");
      });

      it("is waited for longer than its health check needs to decide", () => {
        const check = spec.healthcheck;
        const decided = check.startPeriodSeconds + (check.retries + 1) * (5 + check.timeoutSeconds);
        expect(args.wait).to.equal(true);
        expect(args.waitTimeout).to.be.greaterThan(decided);
      });

      it("takes SIGTERM at once and has time to close its files", () => {
        expect(args.init).to.equal(true);
        expect(args.destroyGraceSeconds).to.be.at.least(spec.mounts.length > 0 ? 30 : 10);
      });

      it("copies configuration in world-readable and without an owner", () => {
        expect(args.uploads).to.have.length(spec.files.length);
        for (const upload of args.uploads) {
          expect(upload.permissions).to.equal("0444");
          expect(Object.keys(upload)).to.have.members(["content", "file", "permissions"]);
        }
      });

      it("has no secret in its labels, command, files or open environment", () => {
        const secrets = Object.values(environment).flatMap((value) =>
          typeof value === "string" ? [] : [value.secret],
        );
        const isOpen = withoutSecrets.includes(spec.name);
        expect(secrets.length === 0, "withoutSecrets, above").to.equal(isOpen);
        const open = Object.values(environment).filter((value) => typeof value === "string");
        const shown = JSON.stringify([args, open, spec.healthcheck]);
        for (const secret of secrets) expect(shown).not.to.include(secret);
      });

      it("may open more files than an engine's soft limit of 1024, and no more than one without privileges may give", () => {
        const [openFiles, ...others] = args.ulimits;

        expect(openFiles).to.include({ name: "nofile" });
        expect(openFiles?.soft).to.be.greaterThan(1024).and.equal(openFiles?.hard);
        // An engine without privileges starts no container that may open more than itself.
        expect(openFiles?.hard).to.be.at.most(20_000);
        expect(others).to.deep.equal([]);
      });

      it("has the format of its data in the name of each volume, and no name twice", () => {
        for (const { dataFormat } of spec.mounts)
          expect(dataFormat).to.match(/^[a-z]+(-[a-z0-9]+)*$/);
        const keys = spec.mounts.map(volumeKey);
        expect(keys).to.deep.equal([...new Set(keys)]);
        expect(args.volumes.map((volume) => volume.volumeName)).to.deep.equal(
          keys.map((key) => `agent-stack-test-${key}`),
        );
      });

      if (isPulled(spec.image)) {
        const { reference } = spec.image;
        it("is pulled by a tag that names one version", () => {
          expect(reference).to.match(/^[a-z0-9./-]+:[\w.-]*\d[\w.-]*(@sha256:[0-9a-f]{64})?$/);
        });
        return;
      }
      const { image } = spec;
      it("is built from a folder with that Dockerfile, none of whose stages runs as root", () => {
        const dockerfile = join(root, image.context, image.dockerfile);
        expect(existsSync(dockerfile), dockerfile).to.equal(true);
        expect(readFileSync(dockerfile, "utf8")).to.match(/^USER (?!root|0\b)\S+$/m);
      });

      it("exposes the port that endpoints.ts says", () => {
        const dockerfile = readFileSync(join(root, image.context, image.dockerfile), "utf8");
        const [, first] = /^EXPOSE (\d+)/m.exec(dockerfile) ?? [];
        if ("from" in image) expect(first).to.equal(undefined);
        else expect(first).to.equal(String(endpoints[spec.name].port));
      });
    });
  }
}

describe("goDuration", () => {
  it("prints milliseconds, seconds, minutes and hours as Go does", () => {
    expect([0, 0.5, 5, 60, 90, 3600, 3661].map(goDuration)).to.deep.equal([
      "0s",
      "500ms",
      "5s",
      "1m0s",
      "1m30s",
      "1h0m0s",
      "1h1m1s",
    ]);
  });
});

/** The seconds of a duration of Go's in minutes and seconds. */
function secondsOf(duration: string): number {
  const [, minutes = "0", seconds = "0"] = /^(?:(\d+)m)?(\d+)s$/.exec(duration) ?? [];
  return Number(minutes) * 60 + Number(seconds);
}
