import type { automation } from "@pulumi/pulumi";
import { expect } from "chai";
import type Docker from "dockerode";
import type { Activity } from "../../../cli/output/activity.ts";
import { buildAlone, builtTags } from "../../../cli/deploy/build-alone.ts";
import { resourceTypes } from "../../../cli/pulumi/stack-state.ts";
import { desiredWith } from "../../support/desired.ts";
import { eventually } from "../../support/eventually.ts";
import { scratchFolder } from "../../support/scratch-folder.ts";
import { urn } from "../../support/state.ts";

const desired = desiredWith({ IMAGE_SOURCE: "build" });
const builds = builtTags(desired.images);

/** An engine with the images of `tags`. */
function engineWith(tags: ReadonlySet<string>): Docker {
  return {
    getImage: (tag: string) => ({
      inspect: () =>
        tags.has(tag)
          ? Promise.resolve({})
          : Promise.reject(Object.assign(new Error("no such image"), { statusCode: 404 })),
    }),
  } as unknown as Docker;
}

function built(name: string): automation.EngineEvent {
  const type = name === "base" ? resourceTypes.command : resourceTypes.image;
  const resource = name === "base" ? "base-image" : `image-${name}`;
  const inputs = { build: {} };
  const metadata = { urn: urn(type, resource), type, op: "create", new: { inputs } };
  return { resOutputsEvent: { metadata } } as unknown as automation.EngineEvent;
}

describe("an update that builds images", () => {
  const folder = scratchFolder();
  const said: Activity[] = [];
  const builder = (docker: Docker, signal = new AbortController().signal) => ({
    ...{ docker, signal, environment: { XDG_CACHE_HOME: folder.path } },
    report: (activity: Activity) => said.push(activity),
  });

  it("lets another clone's wait until its images are there, and no longer", async () => {
    const tags = new Set<string>();
    const docker = engineWith(tags);
    const events: string[] = [];
    let end: () => void = () => undefined;
    let tell: (event: automation.EngineEvent) => void = () => undefined;
    const first = buildAlone(builder(docker), desired, (onEvent) => {
      events.push("first begins");
      tell = onEvent;
      return new Promise<void>((resolve) => (end = resolve));
    });
    await eventually(() => events.length === 1, "the first begins");
    const second = buildAlone(builder(docker), desired, () => {
      events.push("second begins");
      return Promise.resolve();
    });
    await eventually(() => said.some(({ status }) => status === "waiting"), "the second waits");
    for (const [name, tag] of builds) {
      expect(events).to.deep.equal(["first begins"]);
      tags.add(tag);
      tell(built(name));
    }
    await second;
    events.push("second ends");
    end();
    await first;

    expect(events).to.deep.equal(["first begins", "second begins", "second ends"]);
  });

  it("waits for nobody where every image is there", async () => {
    const docker = engineWith(new Set(builds.values()));
    const within = buildAlone(builder(engineWith(new Set())), desired, () =>
      buildAlone(builder(docker), desired, () => Promise.resolve("done")),
    );

    expect(await within).to.equal("done");
  });

  it("lets the next one go on where it fails", async () => {
    const docker = engineWith(new Set());
    const failure: unknown = await buildAlone(builder(docker), desired, () =>
      Promise.reject(new Error("no disk")),
    ).catch((error: unknown) => error);

    expect(failure).to.have.property("message", "no disk");
    expect(await buildAlone(builder(docker), desired, () => Promise.resolve(1))).to.equal(1);
  });
});
