import { expect } from "chai";
import type Docker from "dockerode";
import { removeContainer } from "../../../cli/docker/remove-container.ts";

function engine(answer: () => Promise<void>): { docker: Docker; asked: unknown[] } {
  const asked: unknown[] = [];
  const container = (id: string) => ({
    remove: (options: object) => {
      asked.push({ id, ...options });
      return answer();
    },
    inspect: () => {
      asked.push({ id, inspected: true });
      return Promise.reject(Object.assign(new Error("gone"), { statusCode: 404 }));
    },
  });
  return { docker: { getContainer: container } as unknown as Docker, asked };
}

describe("removing a container", () => {
  it("takes the volumes along that Docker made for it without a name", async () => {
    const { docker, asked } = engine(() => Promise.resolve());

    await removeContainer(docker, "one");

    expect(asked).to.deep.equal([{ id: "one", force: true, v: true }]);
  });

  it("waits for the end of a removal that was under way, as after a command that was killed", async () => {
    const words = "(HTTP code 409) unexpected - removal of container one is already in progress ";
    const { docker, asked } = engine(() =>
      Promise.reject(Object.assign(new Error(words), { statusCode: 409 })),
    );

    await removeContainer(docker, "one");

    expect(asked.at(-1)).to.deep.equal({ id: "one", inspected: true });
  });

  it("is done where somebody was quicker, and fails where the engine can't", async () => {
    const gone = engine(() =>
      Promise.reject(Object.assign(new Error("gone"), { statusCode: 404 })),
    );
    const broken = engine(() =>
      Promise.reject(Object.assign(new Error("no"), { statusCode: 500 })),
    );

    await removeContainer(gone.docker, "one");
    const failure = await removeContainer(broken.docker, "one").catch((error: unknown) => error);

    expect(failure).to.be.instanceOf(Error);
  });
});
