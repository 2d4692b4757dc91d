// The whole document as one schema: the keys there are, what each may hold, and the JSON Schema that editors
// read. Both grammars pass through it; defaults are applied after it (resolve.ts), because a virtual service
// must still be told apart from the top level by what it leaves out.
import { z } from 'zod';
import { directorDefaults, logDefaults, vrrpProcessDefaults } from './defaults.ts';
import { ipvsSchema } from './ipvs/ipvs-keys.ts';
import { vrrpSchema } from './router/keys.ts';
import { sharedShape, virtualSchema } from './service/keys.ts';
import {
  fileSchema,
  groupSchema,
  interfaceSchema,
  nameLeaf,
  processSchema,
  scriptSchema,
} from './tracking/keys.ts';
import { optional } from './values/documented.ts';
import { absolutePath, choice, duration, filledText, flag, leaf, text } from './values/leaves.ts';

const directorName = leaf(
  'a name of letters, digits, - and .',
  (value) => (/^[\w.-]+$/.test(value) ? value : undefined),
  {
    type: 'string',
  },
);

export const directorSchema = z.strictObject({
  name: optional(directorName, 'Which per-director values are taken. Default: the host name.'),
  control_socket: optional(
    absolutePath(),
    'Where `status` and the other commands ask.',
    directorDefaults.control_socket,
  ),
  state_dir: optional(absolutePath(), 'What must survive a restart.', directorDefaults.state_dir),
});

export const logSchema = z.strictObject({
  level: optional(choice(['error', 'warn', 'info', 'debug']), 'The least that is logged.', logDefaults.level),
  format: optional(choice(['json', 'text']), 'One JSON object a line, or text.', logDefaults.format),
  file: optional(absolutePath(), 'A file to log to, beside standard output.'),
});

const realtimePriority = leaf('off, or a priority from 1 to 99', readRealtime, {
  anyOf: [{ enum: ['off', false] }, { type: 'integer', minimum: 1, maximum: 99 }],
});

export const vrrpProcessSchema = z.strictObject({
  realtime: optional(
    realtimePriority,
    'Its priority in the real-time class SCHED_RR, or off. Needs CAP_SYS_NICE.',
    `${vrrpProcessDefaults.realtime}`,
  ),
  lock_memory: optional(
    flag(),
    'Whether its code, stack and C heap stay out of swap. Needs CAP_IPC_LOCK.',
    'yes',
  ),
  start_delay: optional(
    duration({ minMs: 0, maxMs: 3_600_000 }),
    'How long after the start of the daemon virtual routers begin to take part.',
    '0',
  ),
  delay_after_boot: optional(
    duration({ minMs: 0, maxMs: 3_600_000 }),
    'How long after the boot of the host they begin to.',
    '0',
  ),
});

export const documentSchema = z.strictObject({
  director: optional(directorSchema, 'This daemon.'),
  log: optional(logSchema, 'Where and how it logs.'),
  ipvs: optional(ipvsSchema, 'The table as a whole.'),
  vrrp_process: optional(vrrpProcessSchema, 'The process that sends and hears adverts.'),
  vrrp: optional(
    z.array(vrrpSchema.optional()),
    'Virtual routers: who is active, and which addresses float.',
  ),
  vrrp_script: optional(z.array(scriptSchema.optional()), 'Commands that track_script refers to.'),
  vrrp_track_file: optional(z.array(fileSchema.optional()), 'Files that track_file refers to.'),
  vrrp_track_process: optional(z.array(processSchema.optional()), 'Processes that track_process refers to.'),
  vrrp_interface: optional(
    z.array(interfaceSchema.optional()),
    'Interfaces whose changes count only once they have lasted.',
  ),
  vrrp_sync_group: optional(z.array(groupSchema.optional()), 'Virtual routers that move as one.'),
  ...sharedShape,
  fallback6: optional(sharedShape.fallback.unwrap(), 'As fallback, for IPv6 services.'),
  autoreload: optional(flag(), 'Whether a change of the file reloads it.', 'no'),
  maintenancedir: optional(
    filledText(),
    'A directory; a file in it named after a server takes that server out.',
  ),
  script_user: optional(
    nameLeaf,
    'Whom programs run as that name no user. Default: keepalived_script or nobody for those that find something out, where the daemon may change to it; the daemon itself for those that do something.',
  ),
  logfile: optional(filledText(), "ldirectord's name of log.file. A syslog facility has no effect."),
  fork: optional(flag(), 'Accepted for ldirectord; checks never wait for one another.'),
  supervised: optional(flag(), 'Accepted for ldirectord; the daemon always runs in the foreground.'),
  callback: optional(filledText(), 'Accepted for ldirectord; nothing is called on a reload.'),
  execute: optional(z.array(text()), 'Accepted for ldirectord; one daemon reads one file.'),
  emailalertfrom: optional(text(), 'Accepted for ldirectord; no mail is sent.'),
  virtual: optional(z.array(virtualSchema.optional()), 'Virtual services and their real servers.'),
});
export type DocumentDraft = z.output<typeof documentSchema>;

function readRealtime(text: string): number | 'off' | undefined {
  if (text === 'off' || text === 'no' || text === 'false') return 'off';
  const priority = /^\d{1,2}$/.test(text) ? Number(text) : 0;
  return priority >= 1 ? priority : undefined;
}

/** The schema for editors and other programs, as JSON Schema 2020-12. */
export function jsonSchema(): JsonSchema {
  const schema = z.toJSONSchema(documentSchema, { io: 'input' }) as JsonSchema;
  return { title: 'lvs-director configuration', ...withAlternatives(schema) };
}

type JsonSchema = { readonly [key: string]: unknown };

/** Adds what the reader allows beside the schema: a map of directors for any value, one line for a server, one server for a list. */
function withAlternatives(schema: JsonSchema): JsonSchema {
  const properties = schema.properties as Readonly<Record<string, JsonSchema>> | undefined;
  const items = schema.items as JsonSchema | undefined;
  if (properties !== undefined) {
    const entries = Object.entries(properties).map(([key, value]) => [key, withAlternatives(value)] as const);
    const object = { ...schema, properties: Object.fromEntries(entries) };
    return 'forward' in properties || 'reverse' in properties
      ? { anyOf: [{ type: 'string' }, object] }
      : object;
  }
  if (items?.properties !== undefined) {
    const entry = withAlternatives(items);
    const list = { ...schema, items: entry };
    return 'anyOf' in entry ? { description: schema.description, anyOf: [entry, list] } : list;
  }
  const { description, default: unset, ...value } = schema;
  const documentation = { description, ...(unset === undefined ? {} : { default: unset }) };
  return { ...documentation, anyOf: [value, { type: 'object', additionalProperties: value }] };
}
