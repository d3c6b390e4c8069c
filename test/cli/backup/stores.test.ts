import { expect } from "chai";
import type { FilesPart } from "../../../cli/backup/manifest.ts";
import { savedFiles, touchesData, volumesOf } from "../../../cli/backup/stores.ts";
import { volumeKey } from "../../../infra/render-container.ts";
import { desiredWith } from "../../support/desired.ts";

describe("what a backup contains of the volumes", () => {
  const { record, specs } = desiredWith({ IMAGE_SOURCE: "registry" });
  const saved = Object.entries(record.services).flatMap(([name, applied]) =>
    volumesOf(name, applied).map(({ volume }) => volume),
  );

  it("is every one, but for those whose files can be downloaded again", () => {
    const mounts = specs.flatMap((spec) => spec.mounts);
    const kept = mounts.filter(({ refetchable }) => !refetchable).map(volumeKey);

    expect(mounts.filter(({ refetchable }) => refetchable).map(volumeKey)).to.deep.equal([
      "gguf-weights",
    ]);
    expect(saved).to.deep.equal(kept);
    expect(saved).to.include("open-webui-data").and.not.to.include("gguf-weights");
  });

  it("stops nobody for the sake of files that no restore replaces", () => {
    const stopped = specs.filter((spec) => touchesData(spec, ["files"])).map(({ name }) => name);

    expect(stopped).to.deep.equal(["open-webui"]);
  });

  it("leaves out of an older set what it had of them, and nothing that is unknown here", () => {
    const part = (service: string, volume: string): FilesPart => ({
      service,
      volume,
      files: 1,
      contentBytes: 1,
      file: { path: `files/${volume}.tar.gz`, bytes: 1, sha256: "0".repeat(64) },
    });
    const older = [
      part("model", "gguf-weights"),
      part("open-webui", "open-webui-data"),
      part("gone", "gone-files"),
    ];

    expect(savedFiles(older, record).map(({ volume }) => volume)).to.deep.equal([
      "open-webui-data",
      "gone-files",
    ]);
  });
});
