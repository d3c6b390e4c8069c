export const mebibyte = 1024 ** 2;
export const gibibyte = 1024 ** 3;

/** Memory as people and Docker count it: "3.4 GiB", or a limit to the last "512 MiB". */
export function memorySize(bytes: number, unit: "GiB" | "MiB" = "GiB"): string {
  return unit === "GiB"
    ? `${(bytes / gibibyte).toFixed(1)} GiB`
    : `${Math.round(bytes / mebibyte)} MiB`;
}
