import { writeFileSync } from "node:fs";
import { expect } from "chai";
import { join } from "node:path";
import { buildFailure, buildStep } from "../../../cli/docker/build-log.ts";
import { verdict } from "../../../cli/docker/container-state.ts";
import { sinceSeconds } from "../../../cli/command-line/since-seconds.ts";
import { StackError } from "../../../infra/stack-error.ts";
import { scratchFolder } from "../../support/scratch-folder.ts";
import { container } from "../../support/state.ts";

describe("verdict", () => {
  it("lets a container start, and restart twice", () => {
    expect(verdict(container("a", { health: "starting" }))).to.equal(undefined);
    expect(verdict(container("a", { running: false, restarts: 2, exitCode: 1 }))).to.equal(
      undefined,
    );
  });

  it("gives up what is unhealthy, keeps exiting, or ran out of memory", () => {
    expect(verdict(container("a", { health: "unhealthy" }))).to.equal("turned unhealthy");
    expect(verdict(container("a", { health: "unhealthy", paused: true }))).to.equal("is paused");
    expect(verdict(container("a", { running: false, restarts: 3, exitCode: 2 }))).to.equal(
      "keeps exiting (last exit code 2)",
    );
    for (const ended of [{ running: false }, { health: "unhealthy" }, { restarts: 3 }]) {
      expect(verdict(container("a", { outOfMemory: true, ...ended }))).to.include("memory");
    }
  });

  it("lets a service go on that has lost a process because memory ran out", () => {
    expect(verdict(container("a", { outOfMemory: true, health: "starting" }))).to.equal(undefined);
    expect(verdict(container("a", { outOfMemory: true }))).to.equal(undefined);
  });

  it("tells no exit code of one that has just been started again, for Docker forgets it", () => {
    const started = { health: "starting", restarts: 3, exitCode: 0 };

    expect(verdict(container("a", started))).to.equal("keeps exiting");
    expect(verdict(container("a", { ...started, exitCode: 3 }))).to.include("last exit code 3");
  });

  it("does not judge a container that was created and not started yet", () => {
    const created = { running: false, health: "none", startedAt: "0001-01-01T00:00:00Z" };

    expect(verdict(container("a", created))).to.equal(undefined);
  });
});

describe("a build's log", () => {
  const folder = scratchFolder();
  const log = [
    "#5 [internal] load build context",
    "#7 [build 2/5] RUN install-locked",
    "#7 0.512 downloading",
    "#8 [build 3/5] COPY server /opt",
    "#7 1.1 done",
    "",
  ].join("\n");

  it("tells which step of the Dockerfile is running", () => {
    writeFileSync(join(folder.path, "build-qdrant.log"), log);

    expect(buildStep(folder.path, "qdrant")).to.equal("[build 3/5] COPY server /opt");
    expect(buildStep(folder.path, "agent")).to.equal(undefined);
  });

  it("shows its end after a failure", () => {
    writeFileSync(join(folder.path, "build-qdrant.log"), log);

    expect(buildFailure(folder.path, "qdrant", 2)).to.deep.equal([
      "#8 [build 3/5] COPY server /opt",
      "#7 1.1 done",
    ]);
  });
});

describe("sinceSeconds", () => {
  it("reads a span or a date", () => {
    expect(sinceSeconds("5m", 1_000_000_000)).to.equal(1_000_000 - 300);
    expect(sinceSeconds("2026-01-01T00:00:00Z", 0)).to.equal(1_767_225_600);
  });

  it("refuses anything else, and says what it accepts", () => {
    expect(() => sinceSeconds("yesterday", 0)).to.throw(
      StackError,
      '"yesterday" is not a valid time.',
    );
  });
});
