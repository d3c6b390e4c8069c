import { expect } from "chai";
import { refusals, type StoresHere } from "../../../cli/backup/refusals.ts";
import { volumesOf } from "../../../cli/backup/stores.ts";
import { desiredWith } from "../../support/desired.ts";
import { manifestOf } from "../../support/backup-set.ts";

const set = manifestOf({ dump: "d", snapshot: "s" });

function here(differences: Partial<StoresHere> = {}): StoresHere {
  return {
    postgres: { version: "18.6", databases: { agent: "0002_memory" } },
    qdrant: { family: "qdrant-edge", version: "0.9.1" },
    mounts: [],
    ...differences,
  };
}

const file = { path: "files/x.tar.gz", bytes: 1, sha256: "0".repeat(64) };
const files = [
  { service: "open-webui", volume: "open-webui-data", files: 1, contentBytes: 1, file },
] as const;

const withDatabase = (version: string, schema: string | null) =>
  here({ postgres: { version, databases: { agent: schema } } });
const withQdrant = (family: string, version: string) => here({ qdrant: { family, version } });

describe("a set is restored", () => {
  const fitting: readonly [string, StoresHere][] = [
    ["into the very versions that made it", here()],
    ["into a newer PostgreSQL", withDatabase("19.1", "0002_memory")],
    ["into an older minor PostgreSQL of the same major", withDatabase("18.1", "0002_memory")],
    ["where the agent's schema is newer: the agent migrates it", withDatabase("18.6", "0003_x")],
    ["where a database keeps no record of migrations", withDatabase("18.6", null)],
    ["into a later patch of the same Qdrant", withQdrant("qdrant-edge", "0.9.4")],
  ];
  for (const [what, stores] of fitting) {
    it(what, () => {
      expect(refusals(set, stores)).to.deep.equal([]);
    });
  }
});

describe("a set is refused", () => {
  const gaps: readonly [string, StoresHere, RegExp, RegExp][] = [
    [
      "by an older PostgreSQL",
      withDatabase("17.9", "0002_memory"),
      /18\.6.*17\.9/,
      /version of this/,
    ],
    ["by an older agent", withDatabase("18.6", "0001_conversations"), /0002_memory/, /stack up/],
    [
      "by the other Qdrant",
      withQdrant("qdrant", "1.19.0"),
      /qdrant-edge; qdrant,/,
      /ensure-schema/,
    ],
    ["by another minor version", withQdrant("qdrant-edge", "0.10.0"), /0\.9\.1/, /ensure-schema/],
    ["by an earlier patch", withQdrant("qdrant-edge", "0.9.0"), /0\.9\.1/, /ensure-schema/],
    [
      "where a database is lacking",
      here({ postgres: { version: "18.6", databases: {} } }),
      /database called agent/,
      /stack up/,
    ],
  ];
  for (const [what, stores, why, way] of gaps) {
    it(`${what}, with the way across`, () => {
      const [first, ...more] = refusals(set, stores);

      expect(more).to.deep.equal([]);
      expect(first?.why).to.match(why);
      expect(first?.way).to.match(way);
    });
  }

  it("where a service whose files it has does not run", () => {
    const [refusal] = refusals({ ...set, files: [...files] }, here());

    expect(refusal?.why).to.include("open-webui").and.include("does not run");
  });

  it("where the service's files are in another format by now, with both names", () => {
    const mounts = [{ service: "open-webui", volume: "open-webui-2-data" }];
    const [refusal, ...more] = refusals({ ...set, files: [...files] }, here({ mounts }));

    expect(more).to.deep.equal([]);
    expect(refusal?.why).to.include("open-webui-data").and.include("open-webui-2-data");
    expect(refusal?.way).to.include("--only postgres --only qdrant");
  });
});

describe("a set of one image source", () => {
  const mountsWith = (source: string) => {
    const { services } = desiredWith({ IMAGE_SOURCE: source }).record;
    const service = services["open-webui"];
    return service ? volumesOf("open-webui", service) : [];
  };

  for (const [from, to] of [
    ["build", "registry"],
    ["registry", "build"],
  ] as const) {
    it(`has files that a stack with IMAGE_SOURCE=${to} takes, when it is of ${from}`, () => {
      const [mount] = mountsWith(from);
      const found = { ...files[0], volume: mount?.volume ?? "" };

      expect(refusals({ ...set, files: [found] }, here({ mounts: mountsWith(to) }))).to.be.empty;
      expect(mountsWith(from)).to.deep.equal(mountsWith(to));
    });
  }
});
