import { expect } from "chai";
import { PullProgress } from "../../../../cli/docker/images/pull-progress.ts";

const layer = (id: string, status: string, current?: number, total?: number) => ({
  id,
  status,
  ...(current !== undefined && total !== undefined && { progressDetail: { current, total } }),
});

describe("the progress of a pull", () => {
  it("adds up the layers, and says how many the engine has not begun with", () => {
    const progress = new PullProgress();
    expect(progress.describe()).to.equal("pulling");
    progress.take({ status: "Pulling from a/b", id: "1.0" });
    for (const id of ["a", "b", "c"]) progress.take(layer(id, "Pulling fs layer"));
    expect(progress.describe()).to.equal("pulling 3 layers");

    progress.take(layer("a", "Downloading", 500_000, 1_000_000));
    progress.take(layer("b", "Downloading", 1_000_000, 4_000_000));
    expect(progress.describe()).to.equal("pulling, 1.5 MB of 5.0 MB and 1 more layer");

    progress.take(layer("a", "Download complete"));
    progress.take(layer("c", "Already exists"));
    expect(progress.describe()).to.equal("pulling, 2.0 MB of 5.0 MB");
    expect(progress.received).to.equal(2_000_000);
  });

  it("goes on with what is unpacked when everything has arrived", () => {
    const progress = new PullProgress();
    progress.take(layer("a", "Downloading", 10, 10));
    progress.take(layer("a", "Pull complete"));
    progress.take(layer("b", "Downloading", 10, 20));
    progress.take(layer("b", "Extracting", 5, 20));

    expect(progress.describe()).to.equal("unpacking, 1 of 2 layers");
    expect(progress.received).to.equal(30);
  });

  it("does not fall back when the engine resumes a layer, whose numbers are of the rest then", () => {
    const progress = new PullProgress();
    progress.take(layer("a", "Downloading", 600, 1000));
    progress.take({ id: "a", status: "Retrying in 5 seconds" });
    expect(progress.describe()).to.equal("the connection broke; again in 5 s");
    expect(progress.engineRetried).to.equal(true);

    progress.take(layer("a", "Downloading", 100, 400));

    expect(progress.describe()).to.equal("pulling, 700 B of 1.0 kB");
  });

  it("tells what moved from what the engine repeats", () => {
    const progress = new PullProgress();

    expect(progress.take(layer("a", "Downloading", 1, 10))).to.equal(true);
    expect(progress.take(layer("b", "Waiting"))).to.equal(true);
    expect(progress.take(layer("a", "Downloading", 1, 10))).to.equal(false);
    expect(progress.take(layer("a", "Downloading", 2, 10))).to.equal(true);
  });
});
