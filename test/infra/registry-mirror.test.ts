import { expect } from "chai";
import { publishedReferences } from "../../infra/image-plan.ts";
import { imageReference, registryImages } from "../../infra/images/registry-images.ts";
import { mirroredReference, parseMirrors } from "../../infra/images/registry-mirror.ts";
import { publishedFacts } from "../../infra/rendering.ts";
import { renderCompose } from "../../infra/render-compose.ts";
import { desiredWith } from "../support/desired.ts";
import { settingsWith } from "../support/settings.ts";

const both = "docker.io=registry.example.com/hub,ghcr.io=registry.example.com:5000/ghcr";

/** The reference as it is pulled with IMAGE_REGISTRY_MIRROR=`mirrors`. */
function pulledAs(reference: string, mirrors: string): string {
  return mirroredReference(reference, parseMirrors(mirrors) ?? new Map());
}

describe("a published reference behind a mirror", () => {
  const cases: [mirrors: string, reference: string, pulled: string][] = [
    ["", "debian:bookworm-slim", "debian:bookworm-slim"],
    [both, "debian:bookworm-slim", "registry.example.com/hub/library/debian:bookworm-slim"],
    [both, "qdrant/qdrant:v1", "registry.example.com/hub/qdrant/qdrant:v1"],
    [both, "docker.io/qdrant/qdrant:v1", "registry.example.com/hub/qdrant/qdrant:v1"],
    [both, "index.docker.io/library/debian", "registry.example.com/hub/library/debian"],
    [both, "ghcr.io/berriai/litellm:v1", "registry.example.com:5000/ghcr/berriai/litellm:v1"],
    [both, "quay.io/a/b:1", "quay.io/a/b:1"],
    ["ghcr.io=127.0.0.1:5000", "ghcr.io/a/b:1", "127.0.0.1:5000/a/b:1"],
    ["registry.example.com/x", "debian:1", "registry.example.com/x/docker.io/library/debian:1"],
    ["registry.example.com", "ghcr.io/a/b:1", "registry.example.com/ghcr.io/a/b:1"],
    [`${both},all.example.com`, "quay.io/a/b:1", "all.example.com/quay.io/a/b:1"],
    [`${both},all.example.com`, "a/b:1", "registry.example.com/hub/a/b:1"],
    ["localhost:5000/x/", "a/b@sha256:12", "localhost:5000/x/docker.io/a/b@sha256:12"],
  ];
  for (const [mirrors, reference, pulled] of cases) {
    it(`${reference} with "${mirrors}"`, () => {
      expect(pulledAs(reference, mirrors)).to.equal(pulled);
    });
  }

  it("keeps its tag and its digest, which is of the content and not of the place", () => {
    const locked = `debian:bookworm-slim@sha256:${"0a".repeat(32)}`;

    expect(pulledAs(locked, "m.example")).to.equal(`m.example/docker.io/library/${locked}`);
  });
});

describe("IMAGE_REGISTRY_MIRROR", () => {
  const wrong = [
    ["a scheme", "https://registry.example.com"],
    ["a name that Docker would take for a user of Docker Hub", "mirror/hub"],
    ["a registry without a mirror", "docker.io="],
    ["capital letters in the path", "registry.example.com/Hub"],
    ["an empty element in the path", "registry.example.com//hub"],
    ["a password", "me:secret@registry.example.com"],
    ["two mirrors of one registry", "docker.io=a.example,index.docker.io=b.example"],
    ["two mirrors for all", "a.example,b.example"],
  ];
  for (const [what = "", value = ""] of wrong) {
    it(`refuses ${what}, and says what it accepts`, () => {
      expect(() => settingsWith({ IMAGE_REGISTRY_MIRROR: value }))
        .to.throw(`IMAGE_REGISTRY_MIRROR in the test is "${value}"`)
        .with.property("message")
        .that.includes("docker.io=registry.example.com/hub");
    });
  }
});

describe("a stack behind a mirror", () => {
  const settings = { IMAGE_SOURCE: "registry", IMAGE_REGISTRY_MIRROR: both };
  const direct = desiredWith({ IMAGE_SOURCE: "registry" });
  const mirrored = desiredWith(settings);

  it("names no other registry, in what it pulls and in what its builds start from", () => {
    const references = publishedReferences(mirrored.images);

    expect([...references.keys()]).to.have.members(Object.keys(registryImages));
    for (const reference of references.values()) {
      expect(reference).to.match(/^registry\.example\.com(:5000\/ghcr|\/hub)\//);
    }
    expect(mirrored.images.base)
      .to.have.nested.property("buildArgs.DEBIAN")
      .that.equals(references.get("base"));
  });

  it("builds the same images: where they come from changes no tag", () => {
    const tags = ({ images }: typeof direct) =>
      [images.base, ...images.shared, ...images.services.values()].flatMap((image) =>
        "tag" in image ? image.tag : [],
      );

    expect(tags(mirrored)).to.deep.equal(tags(direct)).and.to.have.length.greaterThan(4);
  });

  it("is written so into the Compose file and into the record that previews read", () => {
    const { identity, specs, images, record } = mirrored;
    const reference = "registry.example.com/hub/qdrant/qdrant:";

    expect(renderCompose(identity, specs, images, ".env")).to.include(`image: ${reference}`);
    expect(record.services["qdrant"]?.image).to.match(new RegExp(`^${reference}`));
  });

  it("is still compared by the published names, which all clones share", () => {
    expect(publishedFacts()["qdrant"]).to.equal(imageReference(registryImages.qdrant));
  });
});
