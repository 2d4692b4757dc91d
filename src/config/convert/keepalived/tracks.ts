// The track_ blocks of a virtual router or a sync group: which names, with which weights, and which weights keepalived makes
// nothing of: those of a member of a sync group, and those of an owner of the addresses. Source: keepalived/vrrp/vrrp.c
// (vrrp_complete_instance), keepalived/vrrp/vrrp_track.c.
import type { Fields, Noting } from '../converted.ts';
import { cleanName, type References } from './tracking.ts';
import { intOf, linesOf, type Statement } from './tree.ts';

export const trackKeys = ['track_interface', 'track_script', 'track_file', 'track_process'] as const;
type TrackKey = (typeof trackKeys)[number];

/** Whose weights keepalived leaves out. */
export type Weightless = 'sync group' | 'priority 255';

export type TracksOf = {
  readonly references: References;
  readonly note: Noting;
  readonly weightless?: Weightless | undefined;
  /** Its own, which is watched without being tracked. */
  readonly device?: string;
};

/** keepalived adds the blocks up, and takes the first line of a name. */
export const tracksOf = ({ block }: Statement, of: TracksOf): Fields =>
  Object.fromEntries(
    trackKeys.map((key) => {
      const { note, references, device } = of;
      const found = new Map<string, string | undefined>();
      for (const line of linesOf(block, key)) {
        const name = key === 'track_interface' ? line.key : cleanName(line.key);
        if (found.has(name)) note(line.at, 'ignored', `${key} ${line.key}: left out, as it stands before`);
        else if (key === 'track_interface' && name === device)
          note(line.at, 'ignored', `${key} ${name}: left out, as keepalived does with the own interface`);
        else if (references[key]?.has(name) === false)
          note(line.at, 'missing', `${key} ${line.key}: left out, as it is defined nowhere`);
        else if (isReadable(key, line, note)) found.set(name, trackOf(name, line, key, of));
      }
      const kept = [...found.values()].filter((each) => each !== undefined);
      return [key, kept.length === 0 ? undefined : kept];
    }),
  );

const weightMax = 253;

/** Behind the name stands a weight with its number, or nothing: with another word keepalived tracks nothing here. */
function isReadable(
  key: TrackKey,
  { key: name, text, words: [option, value], at }: Statement,
  note: Noting,
): boolean {
  if (option === undefined || (option === 'weight' && value !== undefined)) return true;
  const reason = option === 'weight' ? 'a weight without its number' : `no ${option}`;
  note(at, 'ignored', `${key} ${name} ${text}: left out, as keepalived reads ${reason} there`);
  return false;
}

function trackOf(name: string, line: Statement, key: TrackKey, of: TracksOf): string | undefined {
  const [, text, turned] = line.words;
  const { at } = line;
  const weight = text === undefined ? undefined : weightWithin(intOf(text));
  if (text !== undefined && weight === undefined)
    of.note(at, 'mended', `${key} ${name} weight ${text}: left out, as keepalived makes of it`);
  else if (text !== undefined && !/^[-+]?\d+$/.test(text))
    of.note(at, 'mended', `${key} ${name} weight ${text}: ${weight}, as keepalived makes of it`);
  else if (text !== undefined && weight !== Number(text))
    of.note(at, isBounded(key) ? 'mended' : 'limited', `${key} ${name} weight ${text}: ${weight}`);
  const reverse = turned === 'reverse' ? ' reverse' : '';
  const inForce = weight ?? of.references[key]?.get(name) ?? 0;
  const isSaid = weight !== undefined || reverse !== '';
  const said = `${name}${isSaid ? ` weight ${inForce}` : ''}${reverse}`;
  return withoutWeight({ key, name, at, weight: inForce, reverse, said }, of);
}

/** keepalived makes 253 of 254, and passes over what is beyond. */
const weightWithin = (weight: number): number | undefined =>
  Math.abs(weight) > weightMax + 1 ? undefined : Math.max(-weightMax, Math.min(weightMax, weight));
const isBounded = (key: TrackKey): boolean => key === 'track_interface' || key === 'track_script';

type Tracked = Pick<Statement, 'at'> & {
  readonly key: TrackKey;
  readonly name: string;
  /** In force. */
  readonly weight: number;
  readonly reverse: string;
  readonly said: string;
};

/** A weight of a process stays, as keepalived does not look for one there; it says that it ignores one of an interface. */
function withoutWeight(tracked: Tracked, { weightless, note }: TracksOf): string | undefined {
  const { key, name, at, weight, reverse, said } = tracked;
  if (weightless === undefined || weight === 0 || key === 'track_process') return said;
  if (key === 'track_interface' && weightless === 'sync group') {
    const text = `${key} ${name} weight ${weight}: moves all members of the sync group; in keepalived this one`;
    note(at, 'approximate', text);
    return said;
  }
  const isUnweighted = key === 'track_file' && weight === 1;
  const became = isUnweighted ? 'weight 0' : 'left out';
  const where = weightless === 'sync group' ? 'a member of a sync group' : 'an owner (priority 255)';
  note(at, 'mended', `${key} ${name} weight ${weight}: ${became}, as keepalived makes of it in ${where}`);
  return isUnweighted ? `${name} weight 0${reverse}` : undefined;
}
