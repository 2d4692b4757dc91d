// What a configuration means, in a form that two daemons can be asked for: things with names (an instance, a service, a
// server, a check) and what is said of each, as texts. keepalived's come from its dump, ours from the resolved config.

/** What is said of one thing, by what it is about. */
export type Fields = Readonly<Record<string, string>>;

export type Thing = {
  /** "vrrp_instance VI_1", "virtual_server tcp 192.0.2.1:80", "real_server tcp 192.0.2.1:80 -> 10.0.0.1:80". */
  readonly name: string;
  readonly fields: Fields;
  /** The block of the file that it comes from, as `blockOf` names it: where its notes stand. */
  readonly block?: string;
};
export type Facts = readonly Thing[];

/** Undefined and empty ones left out: what is not there is not said. */
export const fieldsOf = (all: Readonly<Record<string, string | number | boolean | undefined>>): Fields =>
  Object.fromEntries(
    Object.entries(all).flatMap(([key, value]) =>
      value === undefined || value === '' ? [] : [[key, String(value)] as const],
    ),
  );

/** One text of many, in no order that matters. */
export const setOf = (texts: readonly string[]): string => [...texts].sort().join(', ');
