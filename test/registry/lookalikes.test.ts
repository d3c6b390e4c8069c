import { expect } from "chai";
import Docker from "dockerode";
import { type RegistryImageName, registryImages } from "../../infra/images/registry-images.ts";
import { buildLookalikes, type Lookalikes } from "../lookalikes/build-lookalikes.ts";
import { imageFacts } from "../lookalikes/facts.ts";
import { ImageLook } from "../support/image-look.ts";

const docker = new Docker();
const names = Object.keys(registryImages) as RegistryImageName[];

/** As the engine sends it: what is empty is null, or absent. */
interface ImageConfig {
  readonly User: string;
  readonly Entrypoint: readonly string[] | null;
  readonly Cmd: readonly string[] | null;
  readonly Env: readonly string[];
  readonly WorkingDir: string;
  readonly Volumes: object | null;
  readonly ExposedPorts?: object;
  readonly StopSignal?: string;
  readonly Healthcheck?: { readonly Test: readonly string[] };
}

async function configOf(image: string): Promise<ImageConfig> {
  const { Config } = await docker.getImage(image).inspect();
  return Config as unknown as ImageConfig;
}

describe("the look-alikes of the published images", () => {
  let lookalikes: Lookalikes;

  before(async function () {
    // Cold, with a mirror of packages near by: some minutes.
    this.timeout(1_800_000);
    lookalikes = await buildLookalikes((line) => {
      console.log(`      ${line}`);
    });
  });

  it("are there for every image that is pulled, and a second build does nothing", async () => {
    const built: string[] = [];
    const again = await buildLookalikes((line) => built.push(line));

    expect(again).to.deep.equal(lookalikes);
    expect(built).to.deep.equal([]);
    expect(Object.keys(lookalikes)).to.have.members(names);
  });

  for (const name of names) {
    describe(name, () => {
      const facts = imageFacts[name];
      let look: ImageLook;

      before(async () => {
        look = await ImageLook.into(docker, lookalikes[name]);
      });
      after(() => look.end());

      it("has the original's user, entry point, command, volumes and ports", async () => {
        const config = await configOf(lookalikes[name]);
        const variables = Object.fromEntries(
          config.Env.map((line): [string, string] => {
            const [, key = "", value = ""] = /^([^=]*)=(.*)$/s.exec(line) ?? [];
            return [key, value];
          }),
        );

        expect(config.User).to.equal(facts.user);
        expect(config.Entrypoint).to.deep.equal(facts.entrypoint);
        expect(config.Cmd).to.deep.equal(facts.command);
        expect(config.WorkingDir.replace(/^\/$/, "")).to.equal(facts.workingDirectory);
        expect(Object.keys(config.Volumes ?? {})).to.have.members([...facts.volumes]);
        expect(Object.keys(config.ExposedPorts ?? {})).to.have.members([...facts.ports]);
        expect(config.StopSignal).to.equal(facts.stopSignal);
        expect(config.Healthcheck?.Test.slice(1)).to.deep.equal(facts.healthcheck);
        expect(variables).to.include(facts.environment);
      });

      it("tells nobody's programs to trust this machine's certificates", async () => {
        const config = await configOf(lookalikes[name]);

        expect(config.Env.filter((line) => line.includes("agent-stack"))).to.deep.equal([]);
        expect(await look.at("/etc/agent-stack")).to.equal(undefined);
      });

      it("has owners and modes of the original", async () => {
        for (const [path, { owner, mode }] of Object.entries(facts.paths)) {
          expect(await look.at(path), path).to.include({ owner, mode });
        }
      });

      it("has the original's programs, and none that it lacks", async () => {
        for (const program of facts.programs) {
          expect(await look.program(program), program).to.be.a("string");
        }
        for (const program of facts.missingPrograms) {
          expect(await look.program(program), program).to.equal(undefined);
        }
      });
    });
  }
});
