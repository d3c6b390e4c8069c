import { expect } from "chai";
import {
  dataFormatOf,
  describeUnreadData,
  type DataVolume,
  unreadData,
} from "../../../cli/stack/data-formats.ts";
import { requireMovedVolumes } from "../../../cli/deploy/require-moved-volumes.ts";
import { emptyState, resourceTypes } from "../../../cli/pulumi/stack-state.ts";
import { labelNames } from "../../../infra/render-container.ts";
import type { StackError } from "../../../infra/stack-error.ts";
import { desiredWith } from "../../support/desired.ts";
import { resource, stateOf } from "../../support/state.ts";

const built = desiredWith();
const pulled = desiredWith({ IMAGE_SOURCE: "registry" });

function volume(name: string, dataFormat: string): DataVolume {
  return { name: `agent-stack-test-${name}`, labels: { [labelNames.dataFormat]: dataFormat } };
}

/** As commits made it before the format was part of the name. */
function former(name: string, family: string): DataVolume {
  return { name: `agent-stack-test-${name}`, labels: { "agent-stack.family": family } };
}

const ofBuilt = [
  volume("postgres-18-data", "postgres-18"),
  volume("open-webui-data", "open-webui"),
  volume("qdrant-edge-storage", "qdrant-edge"),
  volume("qdrant-edge-snapshots", "qdrant-edge"),
];

describe("data that no service reads", () => {
  it("is none while the images are those that wrote it", () => {
    expect(unreadData(built, ofBuilt)).to.deep.equal([]);
  });

  it("is the built Qdrant's once its image is pulled, and nothing that both can read", () => {
    expect(unreadData(pulled, ofBuilt)).to.deep.equal([
      {
        dataFormat: "qdrant-edge",
        volumes: ["agent-stack-test-qdrant-edge-snapshots", "agent-stack-test-qdrant-edge-storage"],
      },
    ]);
  });

  it("is the pulled Qdrant's, and the weights, once all is built", () => {
    const ofPulled = [volume("qdrant-1-storage", "qdrant-1"), volume("gguf-weights", "gguf")];
    const formats = unreadData(built, ofPulled).map(({ dataFormat }) => dataFormat);

    expect(formats).to.deep.equal(["qdrant-1", "gguf"]);
  });

  it("is known by the label of earlier commits too, and left alone where nothing says what it is", () => {
    expect(dataFormatOf(former("x", "postgres-17"))).to.equal("postgres-17");
    expect(unreadData(built, [{ name: "x", labels: {} }])).to.deep.equal([]);
  });

  it("is described with where it is, the way across and the way to delete it", () => {
    const words = (dataFormat: string) => describeUnreadData({ dataFormat, volumes: ["v", "w"] });

    expect(words("qdrant-edge")).to.include("v and w keep data in the format qdrant-edge");
    expect(words("qdrant-edge")).to.include("./stack qdrant ensure-schema --recreate");
    expect(words("gguf")).to.include("downloaded again");
    expect(words("postgres-18")).to.include("./stack backup create").and.include("backup restore");
    for (const format of ["qdrant-1", "gguf", "postgres-18"]) {
      expect(words(format)).to.include("docker volume rm v w");
    }
  });
});

describe("volumes of earlier commits", () => {
  const ran = stateOf({
    ...resource(resourceTypes.image, "image-postgres"),
    outputs: { name: "postgres:then" },
  });
  const refusal = (volumes: readonly DataVolume[], stack = built): StackError | undefined => {
    try {
      requireMovedVolumes(stack, volumes, ran);
      return undefined;
    } catch (error) {
      return error as StackError;
    }
  };

  it("stop an update that would start with empty ones, which copies them by commands", () => {
    const error = refusal([former("postgres-data", "postgres-18")]);

    expect(error?.message).to.include("postgres").and.include("agent-stack-test-postgres-data");
    const [create = "", copy = ""] = error?.details ?? [];
    expect(create).to.match(/^docker volume create --label .* agent-stack-test-postgres-18-data$/);
    expect(create).to.include(`--label agent-stack.owner=${built.identity.owner}`);
    expect(create).to.include("--label agent-stack.data-format=postgres-18");
    expect(copy).to.include("-v agent-stack-test-postgres-data:/from:ro");
    expect(copy).to.include("-v agent-stack-test-postgres-18-data:/to");
    // The service's image of then is on this machine.
    expect(copy).to.include("postgres:then");
    expect(error?.remedy).to.include("./stack down").and.include("./stack up");
  });

  it("are left alone once their data is in the new ones, or on a stack that is new", () => {
    const moved = [former("postgres-data", "postgres-18"), ...ofBuilt];

    expect(refusal(moved)).to.equal(undefined);
    expect(refusal([])).to.equal(undefined);
  });

  it("are taken for the format that wrote them and no other", () => {
    const edge = [former("qdrant-storage", "qdrant-edge")];

    expect(refusal(edge)?.details.join()).to.include("agent-stack-test-qdrant-edge-storage");
    expect(refusal(edge, pulled)).to.equal(undefined);
    expect(unreadData(pulled, edge)).to.have.length(1);
  });

  it("name an image even where the state does not know any more what ran", () => {
    const volumes = [former("postgres-data", "postgres-18")];

    expect(() => {
      requireMovedVolumes(built, volumes, emptyState);
    })
      .to.throw()
      .with.property("details")
      .that.satisfies((details: string[]) => /agent-stack\/postgres:\w+ -a/.test(details.join()));
  });
});
