import { expect } from "chai";
import { refusals, type StoresHere } from "../../../cli/backup/version-rules.ts";
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
    const file = { path: "files/x.tar.gz", bytes: 1, sha256: "0".repeat(64) };
    const files = [
      { service: "open-webui", volume: "open-webui-data", files: 1, contentBytes: 1, file },
    ];

    const [refusal] = refusals({ ...set, files }, here());

    expect(refusal?.why).to.include("open-webui");
    expect(
      refusals(
        { ...set, files },
        here({ mounts: [{ service: "open-webui", volume: "open-webui-data" }] }),
      ),
    ).to.be.empty;
  });
});
