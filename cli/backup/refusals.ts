import type { FilesPart, Manifest, PostgresPart, QdrantPart } from "./manifest.ts";

/** What runs now, as far as it decides whether a set can be restored into it. */
export interface StoresHere {
  readonly postgres?: {
    readonly version: string;
    /** Schema versions by database. */
    readonly databases: Readonly<Record<string, string | null>>;
  };
  readonly qdrant?: { readonly family: string; readonly version: string };
  readonly mounts: readonly { readonly service: string; readonly volume: string }[];
}

/** Why a part of a set can't be restored here, and the way across. */
export interface Refusal {
  readonly why: string;
  readonly way: string;
}

const reembed =
  "Restore without it (--only postgres --only files), then fill the memory again from Postgres: " +
  "./stack qdrant ensure-schema --recreate";

export function refusals(set: Manifest, here: StoresHere): Refusal[] {
  return [
    ...(set.postgres ? postgresRefusals(set.postgres, here.postgres) : []),
    ...(set.qdrant ? qdrantRefusals(set.qdrant, here.qdrant) : []),
    ...set.files.flatMap((part) => filesRefusals(part, here.mounts)),
  ];
}

/** A volume's name begins with the format of its data: another name may be another format. */
function filesRefusals(
  { service, volume }: Pick<FilesPart, "service" | "volume">,
  mounts: StoresHere["mounts"],
): Refusal[] {
  if (mounts.some((mount) => isSameVolume(mount, { service, volume }))) return [];
  const own = mounts.filter((mount) => mount.service === service).map((mount) => mount.volume);
  const why =
    own.length === 0
      ? `The set has files of ${service} (${volume}), which this stack does not run.`
      : `The set has files of ${service} in ${volume}; here it reads ${own.join(" and ")}.`;
  return [{ why, way: "Restore without them: --only postgres --only qdrant" }];
}

export function isSameVolume(a: StoresHere["mounts"][number], b: StoresHere["mounts"][number]) {
  return a.service === b.service && a.volume === b.volume;
}

function postgresRefusals(set: PostgresPart, here: StoresHere["postgres"]): Refusal[] {
  if (!here) return [{ why: "This stack runs no Postgres.", way: "Start it: ./stack up" }];
  if (major(set.version) > major(here.version)) {
    return [
      {
        why: `The set is of PostgreSQL ${set.version}; an older server (${here.version}) can't read it.`,
        way: "Restore it with the version of this repository that made it, or a newer one.",
      },
    ];
  }
  return set.databases.flatMap(({ name, schemaVersion }) => {
    const current = here.databases[name];
    if (current === undefined) {
      return [
        {
          why: `The set has a database called ${name}, which this stack lacks.`,
          way: "Run ./stack up with the service that owns it, then restore.",
        },
      ];
    }
    if (!isNewerMigration(schemaVersion, current)) return [];
    return [
      {
        why: `The set's ${name} has the schema ${schemaVersion ?? ""}; this stack only knows ${current ?? ""}.`,
        way: "Update this clone and run ./stack up, then restore.",
      },
    ];
  });
}

/** Migrations with a number in front have an order; hashes (Alembic's) have none to be judged by. */
function isNewerMigration(set: string | null, here: string | null): boolean {
  const number = (version: string | null) => /^(\d+)_/.exec(version ?? "")?.[1];
  const [setNumber, hereNumber] = [number(set), number(here)];
  if (setNumber === undefined || hereNumber === undefined) return false;
  return Number(setNumber) > Number(hereNumber);
}

/** As Qdrant has it: a snapshot fits the same minor version, of the same patch or a later one. */
function qdrantRefusals(set: QdrantPart, here: StoresHere["qdrant"]): Refusal[] {
  if (!here) return [{ why: "This stack runs no Qdrant.", way: "Start it: ./stack up" }];
  if (set.family !== here.family) {
    return [
      {
        why: `The snapshots were written by ${set.family}; ${here.family}, which runs here, can't read them.`,
        way: reembed,
      },
    ];
  }
  const [setParts, hereParts] = [numbers(set.version), numbers(here.version)];
  const sameMinor = setParts[0] === hereParts[0] && setParts[1] === hereParts[1];
  if (sameMinor && hereParts[2] >= setParts[2]) return [];
  return [
    {
      why: `The snapshots are of ${set.family} ${set.version}; ${here.version} can't take them over.`,
      way: reembed,
    },
  ];
}

function major(version: string): number {
  return numbers(version)[0];
}

function numbers(version: string): [number, number, number] {
  const [first = 0, second = 0, third = 0] = version.split(/[.-]/).map(Number);
  return [first, second, third];
}
