import { expect } from "chai";
import { dockerAddress } from "../../infra/docker-address.ts";

describe("the Docker engine of a program that is started by hand", () => {
  it("is that of DOCKER_HOST, else the one at the system's usual socket", () => {
    expect(dockerAddress({ DOCKER_HOST: "ssh://ada@box" }, "linux")).to.equal("ssh://ada@box");
    expect(dockerAddress({ DOCKER_HOST: "" }, "linux")).to.equal("unix:///var/run/docker.sock");
    expect(dockerAddress({}, "win32")).to.equal("npipe:////./pipe/docker_engine");
  });
});
