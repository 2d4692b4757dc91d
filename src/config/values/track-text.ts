// One entry of a track_ list on one line, as in keepalived: `NAME [weight N] [reverse]`, and for a virtual service
// `quorum N`. The parts come out as texts; the schema judges them.

export type TrackText = {
  readonly name: string;
  readonly weight?: string;
  readonly quorum?: string;
  readonly reverse?: string;
};

/** The name is whatever stands before the first of the words; it may have blanks ("fwmark 1"). */
export function parseTrackText(text: string): TrackText {
  const parts: Record<string, string> = {};
  let rest = text.trim();
  for (;;) {
    const match = /^(.*?)\s+(?:(weight|quorum)\s+(\S+)|(reverse))$/.exec(rest);
    if (match === null) return { ...parts, name: rest };
    const [, before = '', key, value = '', reverse] = match;
    if (reverse !== undefined) parts.reverse = 'yes';
    else if (key !== undefined) parts[key] = value;
    rest = before;
  }
}
