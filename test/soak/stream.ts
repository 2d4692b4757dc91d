// What a soak run records, in the order in which it happened, and what a fault may cost: the words that the invariants
// (invariants.ts), the shell that injects and watches (test/lab/soak) and the curve share. Times are milliseconds of
// one monotonic clock. Values only: nothing here watches or decides.

export type Sample = { readonly at: number } & (
  | {
      /** As the kernel of that host tells it, whatever its daemon says. */
      readonly kind: 'holder';
      readonly host: string;
      readonly holds: boolean;
    }
  /** An answer to a ping of the virtual address; `at` is when it came. */
  | { readonly kind: 'reply'; readonly sequence: number }
  /** A request to the virtual address that has ended; `at` is when it began. */
  | { readonly kind: 'answer'; readonly served: boolean }
  /** A real server begins or ceases to answer as it should. */
  | { readonly kind: 'serves'; readonly server: string; readonly serves: boolean }
  /** What the daemon of that host makes of a real server. */
  | { readonly kind: 'verdict'; readonly host: string; readonly server: string; readonly up: boolean }
  | { readonly kind: 'table'; readonly host: string; readonly services: readonly TableService[] }
  /** The daemon of that host is being disturbed, or no more: it may be blind meanwhile. */
  | { readonly kind: 'disturbed'; readonly host: string; readonly disturbed: boolean }
  /** An exception of the daemon that nobody caught, or the end of its process, where no fault has asked for it. */
  | { readonly kind: 'broken'; readonly host: string; readonly what: string }
  /** For that long, until then, the machine called somebody late who does nothing but wait: a witness, or whoever watches. */
  | { readonly kind: 'stall'; readonly ms: number }
);

export type TableService = {
  readonly service: string;
  readonly reals: readonly { readonly server: string; readonly weight: number }[];
};

/** What a fault may cost while it lasts. Infinite: such a network allows no bound, and none is claimed. */
export type Bound = {
  /** The longest time for which nobody holds the virtual address. */
  readonly noHolderMs: number;
  /** The longest time for which both hold it. */
  readonly twoHoldersMs: number;
  /** The longest time for which no ping is answered. */
  readonly silentMs: number;
  /** The longest time for which an entry of the table is missing: 0 but where a stranger takes it out. */
  readonly missingMs: number;
};

/** One round: a fault, and all that followed until the next one. */
export type Round = {
  readonly from: number;
  readonly to: number;
  readonly bound: Bound;
  /** Whether all was as it should be within the time that it may take; else what was not. */
  readonly settled: true | string;
};

/** What must be true of the site throughout. */
export type Promised = {
  readonly hosts: readonly string[];
  /** Every entry of the table, each with its servers. Empty: no table here. */
  readonly table: readonly { readonly service: string; readonly servers: readonly string[] }[];
  /** Between two pings. */
  readonly pingMs: number;
  /** From the death of a server until each daemon that is not disturbed has taken it out. */
  readonly verdictMs: number;
};
