// Where the claims on the host of a running VRRP process outlive it (daemon/vrrp/holdings/claims.ts).
/** Of this boot: what settings were, by their path below /proc/sys, and which macvlans were made, with their MAC. */
export type ClaimRecord = {
  readonly settings: Readonly<Record<string, string>>;
  readonly links: Readonly<Record<string, string>>;
};

export type ClaimMemory = {
  readonly read: () => ClaimRecord;
  /** Done when it returns. */
  readonly write: (record: ClaimRecord) => void;
};
