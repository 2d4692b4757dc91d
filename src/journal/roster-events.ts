// What is said of names and files that servers and peers come from.

export type RosterEvent =
  | {
      readonly event: 'names.failed';
      readonly name: string;
      readonly family: 'inet' | 'inet6';
      readonly reason: string;
      /** What goes on to count; empty: nothing is known of it. */
      readonly kept: readonly string[];
      /** Only for so long: DNS says that the name is gone. */
      readonly kept_s?: number;
    }
  | {
      readonly event: 'names.recovered';
      readonly name: string;
      readonly family: 'inet' | 'inet6';
      readonly addresses: readonly string[];
      readonly failed_s: number;
    }
  | {
      readonly event: 'names.forgotten';
      readonly name: string;
      readonly family: 'inet' | 'inet6';
      readonly addresses: readonly string[];
    }
  | {
      readonly event: 'roster.changed';
      readonly service: string;
      readonly added: readonly string[];
      readonly removed: readonly string[];
      /** Names and files that they come from. */
      readonly from: readonly string[];
    }
  | {
      readonly event: 'roster.duplicate';
      readonly service: string;
      readonly real: string;
      readonly from: string;
      readonly first: string;
    }
  | {
      readonly event: 'roster.file_rejected';
      readonly file: string;
      readonly problems: readonly string[];
      /** Servers of its last good content, which go on to count. */
      readonly kept: number;
    }
  | { readonly event: 'roster.file_accepted'; readonly file: string; readonly servers: number };
