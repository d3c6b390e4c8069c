/** A server sends more than anybody here would hold. */
export class OversizedAnswer extends Error {}
