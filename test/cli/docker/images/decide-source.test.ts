import { expect } from "chai";
import { canBuild } from "../../../../cli/docker/images/can-build.ts";
import { decideSource, type RegistryAnswer } from "../../../../cli/docker/images/decide-source.ts";
import { registryFailure } from "../../../../cli/docker/images/registry-failure.ts";
import { StackError } from "../../../../infra/stack-error.ts";

const away = "dial tcp: lookup x on 10.0.0.2:53: no such host";
const limited = "toomanyrequests: You have reached your pull rate limit.";

/** What Docker Hub and GitHub's registry said; undefined for "here it is". */
function answers(...texts: (string | undefined)[]): RegistryAnswer[] {
  const references = ["debian:bookworm-slim", "ghcr.io/a/b:1"];
  return texts.map((text, index) => ({
    reference: references[index] ?? "",
    isMirrored: false,
    failure: text === undefined ? undefined : registryFailure(new Error(text)),
  }));
}

function behindMirror(given: readonly RegistryAnswer[]): RegistryAnswer[] {
  return given.map((answer) => ({
    ...answer,
    reference: `mirror.example.com/${answer.reference}`,
    isMirrored: true,
  }));
}

function errorOf(given: readonly RegistryAnswer[], buildable: boolean): StackError {
  const decided = decideSource(given, buildable);
  if (!(decided instanceof StackError)) throw new Error(`it chose ${decided.source}`);
  return decided;
}

describe("the choice of an image source", () => {
  it("is the registries, where each of them has what it was asked for", () => {
    expect(decideSource(answers(undefined, undefined), true)).to.deep.equal({
      source: "registry",
      reason: "docker.io and ghcr.io answered",
    });
  });

  it("is to build, on a closed network where building can work", () => {
    const choice = decideSource(answers(away, away), true);

    expect(choice).to.deep.include({ source: "build" });
    expect(choice).to.have.property("reason").that.includes("no such host");
  });

  it("is an error on a closed network where nothing can be built", () => {
    const { message, remedy } = errorOf(answers(away, away), false);

    expect(message).to.include("docker.io can't be reached");
    expect(remedy).to.include("IMAGE_REGISTRY_MIRROR").and.not.to.include("IMAGE_SOURCE=build");
  });

  const unclear: [what: string, hub: string | undefined, github: string | undefined][] = [
    ["a limit", limited, undefined],
    ["a limit beside a registry that is away", limited, away],
    ["one registry away, the other not", undefined, away],
    ["a refused login", "unauthorized: authentication required", undefined],
    ["a server error", "received unexpected HTTP status: 503 Service Unavailable", away],
    ["a timeout", "dial tcp 1.2.3.4:443: i/o timeout", "dial tcp 1.2.3.5:443: i/o timeout"],
    ["a foreign certificate", "x509: certificate signed by unknown authority", away],
    ["a proxy", "proxyconnect tcp: dial tcp 10.0.0.9:3128: connect: connection refused", away],
    ["a missing tag", "manifest unknown: manifest unknown", undefined],
    ["words that nobody knows", "strange", "strange"],
  ];
  for (const [what, hub, github] of unclear) {
    it(`stays open after ${what}, on every machine`, () => {
      for (const buildable of [true, false]) {
        const { message, details, remedy } = errorOf(answers(hub, github), buildable);

        expect(message).to.include("can't be decided yet");
        const telling = hub === undefined || hub === away ? github : hub;
        expect(details.join("\n")).to.include(telling);
        expect(remedy.includes("IMAGE_SOURCE=build")).to.equal(buildable);
      }
    });
  }

  it("never takes a mirror that is away for a closed network: somebody named it", () => {
    const { message, remedy } = errorOf(behindMirror(answers(away, away)), true);

    expect(message).to.include("mirror.example.com can't be reached");
    expect(remedy).to.include("correct IMAGE_REGISTRY_MIRROR");
  });

  it("names the login for the registry that asks for one", () => {
    expect(errorOf(answers(undefined, "denied"), false).remedy).to.include("docker login ghcr.io");
    expect(errorOf(answers(limited, undefined), false).remedy).to.include("(docker login)");
  });
});

describe("whether images can be built here", () => {
  const debian = {
    platform: "linux" as const,
    distribution: ["debian"],
    isRoot: true,
    systemd: false,
  };
  const with_ =
    (...programs: string[]) =>
    (program: string) =>
      programs.includes(program);
  const tools = with_("bash", "apt-get");

  it("is so on Debian and what is like it, as root or with mmdebstrap", () => {
    expect(canBuild(debian, tools)).to.equal(true);
    expect(canBuild({ ...debian, distribution: ["linuxmint", "ubuntu"] }, tools)).to.equal(true);
    const user = { ...debian, isRoot: false };
    expect(canBuild(user, tools)).to.equal(false);
    expect(canBuild(user, with_("bash", "apt-get", "mmdebstrap"))).to.equal(true);
  });

  it("is not so elsewhere, and not without bash and apt", () => {
    const all = () => true;
    expect(canBuild({ ...debian, distribution: ["fedora"] }, all)).to.equal(false);
    expect(canBuild({ ...debian, platform: "darwin", distribution: [] }, all)).to.equal(false);
    expect(canBuild({ ...debian, platform: "win32", distribution: [] }, all)).to.equal(false);
    expect(canBuild(debian, with_("apt-get"))).to.equal(false);
    expect(canBuild(debian, with_("bash"))).to.equal(false);
  });
});
