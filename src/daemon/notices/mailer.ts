// Who is mailed what: hears every event, and hands what is worth a mail to those whom the configuration of the moment names,
// by a queue for each server (mail-queues.ts). Which of the changes of servers are: server-mails.ts. Never waits.
import { describeEvent } from '../../journal/describe-event.ts';
import type { Journal, JournalEvent } from '../../journal/event.ts';
import type { Config } from '../../model/config/config.ts';
import type { MailConfig, MailState } from '../../model/config/mail.ts';
import type { VirtualConfig } from '../../model/config/service.ts';
import { formatServiceId, type RealName, type ServiceName } from '../../model/ipvs.ts';
import type { Phase } from '../../model/vrrp.ts';
import { shown } from '../../net/shown.ts';
import type { Clock } from '../../ports/clock.ts';
import type { SendMail } from '../../ports/mail.ts';
import { showableEvent } from '../log/event-line.ts';
import type { DeliveryStatus } from './delivery-queue.ts';
import { textOf } from './mail-digest.ts';
import { fallbackLine, type MailLine, quorumLine, type RouterState, routerLine } from './mail-lines.ts';
import { createMailQueues } from './mail-queues.ts';
import { createMailWindows, type MailWindows } from './mail-windows.ts';
import { createServerMails, type ServerMails } from './server-mails.ts';

export type Mailer = {
  /** To be told every event. */
  readonly heard: (event: JournalEvent) => void;
  /** Sends what was collected at once. Resolves when all has gone, or after that time. */
  readonly drained: (limitMs: number) => Promise<void>;
  readonly status: () => readonly DeliveryStatus[];
};

export type MailerPorts = {
  readonly clock: Clock;
  readonly journal: Journal;
  readonly send: SendMail;
  /** RFC 3339. */
  readonly wallClock: () => string;
  /** In force, with the servers of the moment. */
  readonly config: () => MailedConfig;
  readonly wasServing: (service: ServiceName, real: RealName) => boolean;
};

export type MailedConfig = Pick<Config, 'director' | 'mail' | 'virtuals' | 'vrrp'>;

/** What the functions below share. */
type Post = {
  readonly config: () => MailedConfig;
  readonly windows: MailWindows;
  readonly servers: ServerMails;
  /** What each router was told as last. */
  readonly routers: Map<string, RouterState>;
  state: MailState;
};

export function createMailer({ config, wasServing, ...ports }: MailerPorts): Mailer {
  const { clock, wallClock } = ports;
  const queues = createMailQueues({ ...ports, config: () => config().mail });
  const windows = createMailWindows({
    ...{ clock, wallClock, digestMs: () => config().mail?.digestMs ?? 0 },
    send: (route, { lines, total }) => {
      const { text, subject } = textOf({ host: config().director.name, state: post.state, lines, total });
      queues.add(route, { text, subject: shown(subject, subjectMax) });
    },
  });
  const servers = createServerMails({
    ...{ clock, wasServing, virtuals: () => config().virtuals },
    repeatOf: (virtual) => virtual.mail?.repeatMs ?? config().mail?.repeatMs ?? 0,
    tell: (virtual, line, state) => tellOf(post, virtual, line, state),
  });
  const post: Post = { config, windows, servers, routers: new Map(), state: 'starting' };
  return {
    heard: (event) => {
      if (heeded.has(event.event) || config().mail?.events.includes(event.event) === true) {
        hear(post, showableEvent(event));
      }
    },
    drained: (limitMs) => {
      servers.close();
      windows.flush();
      return queues.drained(limitMs);
    },
    status: queues.status,
  };
}

/** What RFC 5322 §2.1.1 has a line hold, nearly. */
const subjectMax = 900;

const heeded: ReadonlySet<JournalEvent['event']> = new Set([
  ...(['daemon.ready', 'daemon.reloaded', 'daemon.stopping', 'real.up', 'real.down'] as const),
  ...(['service.fallback_on', 'service.fallback_off', 'service.quorum_gained'] as const),
  ...(['service.quorum_lost', 'vrrp.transition'] as const),
]);

function hear(post: Post, event: JournalEvent): void {
  const { servers } = post;
  switch (event.event) {
    case 'daemon.ready':
      servers.configured('starting');
      post.state = 'running';
      break;
    case 'daemon.reloaded':
      servers.configured('reloading');
      break;
    case 'daemon.stopping':
      post.state = 'stopping';
      if (event.restarts !== true) servers.stopped();
      break;
    case 'real.up':
    case 'real.down':
      servers.becomes(event.service as ServiceName, event.real as RealName, {
        is: event.event === 'real.up' ? 'up' : 'down',
        detail: event.detail,
      });
      break;
    case 'vrrp.transition':
      hearRouter(post, event);
      break;
    default:
      if (event.event.startsWith('service.')) hearService(post, event);
  }
  hearNamed(post, event);
}

/** A router that leaves is the master still, for whoever looks from outside. */
const states: Readonly<Partial<Record<Phase, RouterState>>> = {
  ...{ active: 'MASTER', backup: 'BACKUP', fault: 'FAULT', initialize: 'STOP' },
};

function hearRouter(post: Post, event: JournalEvent & { readonly event: 'vrrp.transition' }): void {
  const { instance, to } = event;
  const { mail, vrrp, director } = post.config();
  const state = states[to];
  if (state === undefined || post.routers.get(instance) === state) return;
  post.routers.set(instance, state);
  const own = vrrp.find(({ name }) => name === instance)?.mail;
  if (!(own ?? mail?.transitions ?? false) || (state === 'FAULT' && mail?.faults === false)) return;
  tellAll(post, routerLine(director.name, { instance, state, reason: describeEvent(event) }));
}

function hearService(post: Post, event: JournalEvent): void {
  if (!('service' in event)) return;
  const virtual = post.config().virtuals.find(({ id }) => formatServiceId(id) === event.service);
  if (virtual === undefined) return;
  switch (event.event) {
    case 'service.fallback_on':
      tellOf(post, virtual, fallbackLine(virtual, event.fallback, describeEvent(event)));
      break;
    case 'service.fallback_off':
      tellOf(post, virtual, fallbackLine(virtual, event.fallback));
      break;
    case 'service.quorum_gained':
    case 'service.quorum_lost': {
      if (!(virtual.mail?.quorum ?? post.config().mail?.quorum ?? false)) return;
      const isUp = event.event === 'service.quorum_gained';
      send(post, virtual, { line: quorumLine(virtual, isUp, describeEvent(event)) });
      break;
    }
  }
}

/** Those that are asked for by their names; one that is mailed in its own words already is so twice. */
function hearNamed(post: Post, event: JournalEvent): void {
  const { mail, director } = post.config();
  if (mail?.events.includes(event.event) !== true) return;
  tellAll(post, { text: describeEvent(event), tag: director.name });
}

function tellOf(post: Post, virtual: VirtualConfig, line: MailLine, state?: MailState): void {
  if (post.config().mail?.servers === true) send(post, virtual, { line, ...(state && { state }) });
}

type Told = { readonly line: MailLine; readonly state?: MailState };

function send(post: Post, { mail: own = {} }: VirtualConfig, { line, state = post.state }: Told): void {
  const { mail } = post.config();
  if (mail === undefined || !(own.states ?? mail.states).includes(state)) return;
  const to = own.to ?? mail.to;
  const isOther = own.smtp !== undefined && !isSame(mail, own.smtp);
  const route = { to, ...(own.from && { from: own.from }), ...(isOther && { smtp: own.smtp }) };
  if (to.length > 0) post.windows.add(route, line);
}

function tellAll(post: Post, line: MailLine): void {
  const { mail } = post.config();
  if (mail === undefined || mail.to.length === 0 || !mail.states.includes(post.state)) return;
  post.windows.add({ to: mail.to }, line);
}

const isSame = (
  { smtp }: MailConfig,
  { host, port }: { readonly host: string; readonly port: number },
): boolean => smtp?.host === host && smtp.port === port;
