// The whole document as one schema: the keys there are, what each may hold, and the JSON Schema that editors
// read. Both grammars pass through it; defaults are applied after it (resolve.ts), because a virtual service
// must still be told apart from the top level by what it leaves out.
import * as z from 'zod';
import { callbackShape } from './callback.ts';
import { directorDefaults } from './defaults.ts';
import { executeShape } from './execute.ts';
import { ineffectiveTopShape } from './ineffective.ts';
import { ipvsSchema } from './ipvs/ipvs.ts';
import { logfileShape, logSchema } from './log.ts';
import { metricsSchema } from './metrics.ts';
import { mailTopShape } from './notices/mail-keys.ts';
import { webhooksShape } from './notices/webhooks.ts';
import { interfaceSchema } from './router/delays.ts';
import { vrrpSchema } from './router/keys.ts';
import { vrrpProcessSchema } from './router/process.ts';
import { staticShape } from './router/statics.ts';
import { sharedStrictShape } from './router/strict.ts';
import { globalShape, scriptUserShape, virtualSchema } from './service/keys.ts';
import { definitionShape } from './tracking/definitions.ts';
import { fifoShape } from './tracking/fifos.ts';
import { priorityChangesShape } from './tracking/notify.ts';
import { syncGroupShape } from './tracking/sync-groups.ts';
import { sourceJsonSchema } from './tree/secret-source.ts';
import { optional } from './values/documented.ts';
import { formOf, withForm } from './values/forms.ts';
import { absolutePath, filledText, flag, scalar } from './values/scalars.ts';

const directorName = withForm(
  scalar('a name of letters, digits, - and .', (value) => (/^[\w.-]+$/.test(value) ? value : undefined), {
    type: 'string',
  }),
  { isDirectorName: true },
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

export const documentSchema = z.strictObject({
  director: optional(directorSchema, 'This daemon.'),
  log: optional(logSchema, 'Where and how it logs.'),
  metrics: optional(metricsSchema, 'What it tells as metrics, and where it listens for who asks.'),
  ipvs: optional(ipvsSchema, 'The table as a whole.'),
  vrrp_process: optional(vrrpProcessSchema, 'The process that sends and hears adverts.'),
  vrrp: optional(
    z.array(vrrpSchema.optional()),
    'Virtual routers: who is active, and which addresses float.',
  ),
  ...sharedStrictShape,
  ...definitionShape,
  vrrp_interface: optional(
    z.array(interfaceSchema.optional()),
    'Interfaces whose changes count only once they have lasted.',
  ),
  ...syncGroupShape,
  ...fifoShape,
  ...priorityChangesShape,
  ...staticShape,
  ...globalShape,
  autoreload: optional(flag(), 'Whether a change of the file reloads it.', 'no'),
  maintenancedir: optional(
    filledText(),
    'A directory; a file in it named after a server takes that server out: ADDRESS[:PORT], or its host name by reverse lookup, whole or short, [:PORT].',
  ),
  ...scriptUserShape,
  ...logfileShape,
  ...mailTopShape,
  ...webhooksShape,
  ...callbackShape,
  ...executeShape,
  ...ineffectiveTopShape,
  virtual: optional(z.array(virtualSchema.optional()), 'Virtual services and their real servers.'),
});
export type DocumentDraft = z.output<typeof documentSchema>;

/** The schema for editors and other programs, as JSON Schema 2020-12. */
export function jsonSchema(): JsonSchema {
  const schema = z.toJSONSchema(documentSchema, {
    io: 'input',
    override: ({ zodSchema, jsonSchema }) => {
      if (formOf(zodSchema).readLine !== undefined) jsonSchema[onOneLine] = true;
    },
  }) as JsonSchema;
  return { title: 'lvs-director configuration', ...withAlternatives(schema) };
}

type JsonSchema = { readonly [key: string]: unknown };

/** A mark on the way that is not part of the result. */
const onOneLine = 'onOneLine';

/** A secret, and each of a list of them, may stand elsewhere. */
function withSources(value: JsonSchema): JsonSchema {
  const items = value.items as JsonSchema | undefined;
  if (items?.writeOnly === true)
    return { anyOf: [{ ...value, items: withSources(items) }, sourceJsonSchema] };
  return value.writeOnly === true ? { anyOf: [value, sourceJsonSchema] } : value;
}

/** Adds what the reader allows beside the schema: a map of directors for any value, one line for a server, one server for a list. */
function withAlternatives({ [onOneLine]: isOnOneLine, ...schema }: JsonSchema): JsonSchema {
  const properties = schema.properties as Readonly<Record<string, JsonSchema>> | undefined;
  const items = schema.items as JsonSchema | undefined;
  if (properties !== undefined) {
    const entries = Object.entries(properties).map(([key, value]) => [key, withAlternatives(value)] as const);
    const object = { ...schema, properties: Object.fromEntries(entries) };
    return isOnOneLine === true ? { anyOf: [{ type: 'string' }, object] } : object;
  }
  if (items?.properties !== undefined) {
    const entry = withAlternatives(items);
    const list = { ...schema, items: entry };
    return 'anyOf' in entry ? { description: schema.description, anyOf: [entry, list] } : list;
  }
  const { description, default: unset, ...plain } = schema;
  const value = withSources(plain);
  const documentation = { description, ...(unset === undefined ? {} : { default: unset }) };
  return { ...documentation, anyOf: [value, { type: 'object', additionalProperties: value }] };
}
