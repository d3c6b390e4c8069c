import { expect } from "chai";
import { updateError } from "../../../cli/deploy/update-error.ts";
import { workspaceOf } from "../../../cli/os/workspace.ts";
import { PortTakenError } from "../../../cli/ports/port-plan.ts";
import { StackError } from "../../../infra/stack-error.ts";
import { desiredWith } from "../../support/desired.ts";
import { urn } from "../../support/state.ts";

const imageOf = (service: string) =>
  urn("docker:index/remoteImage:RemoteImage", `image-${service}`);
const containerOf = (service: string) => urn("docker:index/container:Container", service);

/** What a user sees when the engine gave these texts for one service. */
function errorFor(service: string, ...texts: string[]): StackError {
  return errorOf(containerOf(service), texts);
}

function errorOf(urnOf: string, texts: string[], desired = desiredWith()): StackError {
  const error = updateError({
    error: new Error("code: 255"),
    watch: {
      failures: [],
      releaseWaiting: () => Promise.resolve(),
      stop: () => Promise.resolve(),
    },
    errors: new Map([[urnOf, texts]]),
    desired,
    workspace: workspaceOf("/clone", "test"),
  });
  if (!(error instanceof StackError)) throw new Error("it has no remedy");
  return error;
}

describe("a failed update", () => {
  it("says in a preparation's own words what is wrong, and what to do", () => {
    const { message, remedy, details } = errorOf(urn("command:local:Command", "model-weights"), [
      "the command ended with exit code 1\nerror: The hub answers 404.\nremedy: Correct LOCAL_MODEL.",
    ]);

    expect({ message, remedy, details }).to.deep.equal({
      message: "The hub answers 404.",
      remedy: "Correct LOCAL_MODEL.",
      details: [],
    });
  });

  it("shows Docker's words where a preparation could not even begin", () => {
    const { message, details } = errorOf(urn("command:local:Command", "model-weights"), [
      "the command ended with exit code 125\ndocker: Error response from daemon: no such image.",
    ]);

    expect(message).to.include("model weights");
    expect(details.join()).to.include("no such image");
  });

  it("says that a limit is below what the service uses, and how to raise it", () => {
    const { message, remedy } = errorFor(
      "model",
      "Unable to update a container: Error response from daemon: Cannot update container abc: runc did " +
        "not terminate successfully: exit status 1: unable to set memory limit to 50331648 (current " +
        "usage: 296165376, peak usage: 311427072)",
    );

    expect(message).to.equal(
      "model needs more memory than its limit of 48 MiB: it uses 282 MiB now.",
    );
    expect(remedy).to.include("memoryMegabytes in infra/services/model/service.ts");
  });

  for (const text of [
    "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?",
    "error inspecting container state: error during connect: Get http://docker/x: EOF",
    "failed to connect to the docker API at unix:///x.sock: dial unix /x.sock: connect: no such file or directory",
  ]) {
    it(`says that Docker went away: ${text.slice(0, 40)}`, () => {
      const { message, remedy, details } = errorFor("agent", text);

      expect(message).to.equal("Docker stopped answering in the middle of the update.");
      expect(remedy).to.include("./stack doctor").and.to.include("./stack up again");
      expect(details).to.deep.equal([text]);
    });
  }

  it("names the port that is taken, and the setting that moves it", () => {
    for (const words of [
      "Bind for 127.0.0.1:6333 failed: port is already allocated",
      "listen tcp4 127.0.0.1:6333: bind: address already in use",
      "failed to bind host port 127.0.0.1:6333/tcp: address already in use",
    ]) {
      const error = errorFor("qdrant", words);

      expect(error.message).to.include("qdrant can't have port 6333");
      expect(error.remedy).to.include("QDRANT_PORT");
      expect(error).to.be.instanceOf(PortTakenError).and.to.have.deep.property("ports", [6333]);
    }
  });

  it("calls a pull a pull, with the reason and no log of a build", () => {
    const published = desiredWith({ IMAGE_SOURCE: "registry" });

    const { message, remedy, details } = errorOf(
      imageOf("qdrant"),
      ["Unable to read Docker image into resource: unable to pull image qdrant/qdrant:v1: denied"],
      published,
    );

    expect(message).to.include("The image of qdrant could not be pulled: docker.io wants a login");
    expect(details[0]).to.match(/^qdrant\/qdrant:/);
    expect(remedy).to.include("docker login").and.not.to.include("build-qdrant.log");
  });

  it("calls a build a build, where the image is made here", () => {
    for (const [service, source] of [
      ["qdrant", "build"],
      ["agent", "registry"],
    ] as const) {
      const desired = desiredWith({ IMAGE_SOURCE: source });
      const { message, remedy } = errorOf(imageOf(service), ["exit code: 1"], desired);

      expect(message).to.equal(`The image of ${service} could not be built.`);
      expect(remedy).to.include(`build-${service}.log`);
    }
  });

  it("shows the engine's own words where it knows no better", () => {
    expect(errorFor("agent", "something\nunheard of").details).to.deep.equal([
      "something",
      "unheard of",
    ]);
  });
});
