// The tables of docs/config.md out of the schema: every key, its default, what it holds and what it means; and the list of
// what we add to the grammar of an ldirectord.cf.
import { z } from 'zod';
import { urlSchema } from '../../src/config/checks/http.ts';
import { directorSchema, documentSchema } from '../../src/config/document.ts';
import { ipvsSchema } from '../../src/config/ipvs/ipvs.ts';
import { syncSchema } from '../../src/config/ipvs/sync.ts';
import { sysctlSchema } from '../../src/config/ipvs/sysctl.ts';
import { timeoutSchema } from '../../src/config/ipvs/timeout.ts';
import { ownGlobalKeys, ownVirtualKeys } from '../../src/config/ldirectord/keys.ts';
import { logSchema } from '../../src/config/log.ts';
import { metricsSchema } from '../../src/config/metrics.ts';
import { mailSchema } from '../../src/config/notices/mail-keys.ts';
import { webhookSchema } from '../../src/config/notices/webhooks.ts';
import { interfaceSchema } from '../../src/config/router/delays.ts';
import { vrrpSchema } from '../../src/config/router/keys.ts';
import { vrrpProcessSchema } from '../../src/config/router/process.ts';
import { fallbackSchema } from '../../src/config/service/fallbacks.ts';
import { sharedShape, virtualSchema } from '../../src/config/service/keys.ts';
import { markSchema } from '../../src/config/service/marks.ts';
import { realSchema } from '../../src/config/service/real.ts';
import { tunnelSchema } from '../../src/config/service/tunnel.ts';
import { syslogSchema } from '../../src/config/syslog.ts';
import { fileSchema, processSchema, scriptSchema } from '../../src/config/tracking/definitions.ts';
import { groupSchema } from '../../src/config/tracking/sync-groups.ts';
import { trackSchema } from '../../src/config/tracking/track.ts';

type Shape = Readonly<Record<string, z.ZodType>>;

const without = (shape: Shape, left: readonly string[]): Shape =>
  Object.fromEntries(Object.entries(shape).filter(([key]) => !left.includes(key)));

/** By the name that stands in the markers of the page. */
export const sections: ReadonlyMap<string, Shape> = new Map<string, Shape>([
  ['director', directorSchema.shape],
  ['log', logSchema.shape],
  ['log syslog', syslogSchema.shape],
  ['metrics', metricsSchema.shape],
  ['mail', mailSchema.shape],
  ['ipvs', ipvsSchema.shape],
  ['ipvs timeout', timeoutSchema.shape],
  ['ipvs sync', syncSchema.shape],
  ['ipvs sysctl', sysctlSchema.shape],
  ['vrrp_process', vrrpProcessSchema.shape],
  ['vrrp', vrrpSchema.shape],
  ['track', trackSchema.shape],
  ['vrrp_script', scriptSchema.shape],
  ['vrrp_track_file', fileSchema.shape],
  ['vrrp_track_process', processSchema.shape],
  ['vrrp_interface', interfaceSchema.shape],
  ['vrrp_sync_group', groupSchema.shape],
  ['webhooks', webhookSchema.shape],
  ['top', without(documentSchema.shape, Object.keys(sharedShape))],
  ['shared', sharedShape],
  ['fallback', fallbackSchema.shape],
  ['virtual', without(virtualSchema.shape, Object.keys(sharedShape))],
  ['urls', urlSchema.shape],
  ['marks', markSchema.shape],
  ['real', realSchema.shape],
  ['tunnel', tunnelSchema.shape],
]);

const marker = (name: string) => `<!-- keys: ${name} -->`;
const end = '<!-- end -->';

/** The page with each table between its markers made anew, and the list of our keys in an ldirectord.cf. */
export function renderReference(page: string): string {
  const tables = [...sections].map(([name, shape]) => [name, renderTable(shape)] as const);
  return [...tables, ['ldirectord.cf', renderOwnKeys()] as const].reduce((text, [name, content]) => {
    const start = text.indexOf(marker(name));
    const stop = text.indexOf(end, start);
    if (start < 0 || stop < 0)
      throw new Error(`Cannot fill docs/config.md: expected markers for ${name}, got none`);
    return `${text.slice(0, start)}${marker(name)}\n${content}\n${text.slice(stop)}`;
  }, page);
}

function renderOwnKeys(): string {
  const [top, block] = [[...ownGlobalKeys.keys()], [...ownVirtualKeys.keys()]];
  const rows: readonly (readonly [where: string, keys: readonly string[]])[] = [
    ['in the first column or in a virtual service', top.filter((key) => block.includes(key))],
    ['in the first column', top.filter((key) => !block.includes(key))],
    ['in a virtual service', block.filter((key) => !top.includes(key))],
  ];
  return rows.map(([where, keys]) => `- ${where}: ${keys.map((key) => `\`${key}\``).join(', ')}`).join('\n');
}

function renderTable(shape: Shape): string {
  const rows = Object.entries(shape).map(([key, schema]) => {
    const { description = '', default: unset } = (schema.meta() ?? {}) as Record<string, unknown>;
    const otherwise =
      schema instanceof z.ZodOptional ? (unset === undefined ? '' : `\`${unset}\``) : 'required';
    return `| \`${key}\` | ${otherwise} | ${String(description).replaceAll('|', '\\|')} |`;
  });
  return ['| key | default | meaning |', '|---|---|---|', ...rows].join('\n');
}
