export const gigabyte = 1024 ** 3;

/** "3.4 GiB" */
export function inGigabytes(bytes: number): string {
  return `${(bytes / gigabyte).toFixed(1)} GiB`;
}
