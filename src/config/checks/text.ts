// The keys of checks that ldirectord does not have: keepalived's UDP_CHECK, FILE_CHECK and SMTP_CHECK
// (docs/reference/keepalived.md §6), HAProxy's agent-check and PROXY protocol.
import type { z } from 'zod';
import type { UdpCheckConfig } from '../../model/config/check.ts';
import type { VirtualConfig } from '../../model/config/service.ts';
import { present } from '../resolution.ts';
import { optional } from '../values/documented.ts';
import { absolutePath, choice, filledText, scalar, text, whole } from '../values/scalars.ts';

const hexRule = 'hexadecimal digits, two a byte, blanks between allowed';

const payload = scalar(hexRule, (value) => readHex(value, /^[0-9a-f]+$/), { type: ['string', 'integer'] });

/** An empty pattern is any reply, none is that none is needed. */
const reply = scalar(
  `yes, no, or ${hexRule}, x for any digit`,
  (value): { readonly pattern: string | undefined } | undefined => {
    if (value === 'yes' || value === 'no') return { pattern: value === 'yes' ? '' : undefined };
    const pattern = readHex(value, /^[0-9a-fx]+$/);
    return pattern === undefined ? undefined : { pattern };
  },
  { type: ['string', 'integer'] },
);

/** keepalived's spelling: blanks part bytes, and a digit alone is a byte. */
function readHex(value: string, digits: RegExp): string | undefined {
  const words = value.trim().toLowerCase().split(/\s+/);
  if (!words.every((word) => digits.test(word))) return undefined;
  return words
    .map((word) => (word.length % 2 === 0 ? word : `${word.slice(0, -1)}0${word.slice(-1)}`))
    .join('');
}

export const textCheckShape = {
  helo_name: optional(filledText(), 'How an SMTP check names itself.', 'localhost.localdomain'),
  payload: optional(payload, 'What a check of service udp sends, in hexadecimal. Unset: an empty datagram.'),
  require_reply: optional(
    reply,
    'For udp: whether a reply must come (yes), or which: hexadecimal, x for any digit.',
    'no',
  ),
  min_reply_length: optional(whole(0, 65535), 'For udp: the fewest bytes of a reply that is required.', '0'),
  max_reply_length: optional(whole(0, 65535), 'For udp: the most bytes of a reply that is required.', '255'),
  checkfile: optional(
    absolutePath(),
    'For service file: what it says (0 up, 50%, drain, down) is the result.',
  ),
  proxy_protocol: optional(
    choice(['v1', 'v2']),
    'The header that goes before what a check says over TCP. Unset: none.',
  ),
  agent_port: optional(
    whole(1, 65535),
    'A port where an agent says the weight of its server (75%, drain, down), beside the check.',
  ),
  agent_send: optional(text(), String.raw`What the agent is sent first, \n for a line end.`),
} as const;
type TextCheckDraft = z.output<z.ZodObject<typeof textCheckShape>>;

export const resolveTextCheck = (
  draft: TextCheckDraft,
): Pick<VirtualConfig, 'heloName' | 'udp' | 'checkfile' | 'proxyProtocol' | 'agentPort' | 'agentSend'> =>
  present({
    heloName: draft.helo_name,
    udp: udpOf(draft),
    checkfile: draft.checkfile,
    proxyProtocol: draft.proxy_protocol,
    agentPort: draft.agent_port,
    agentSend: draft.agent_send,
  });

function udpOf(draft: TextCheckDraft): UdpCheckConfig | undefined {
  const udp = present({
    payload: draft.payload,
    requireReply: draft.require_reply?.pattern,
    replyBytesMin: draft.min_reply_length,
    replyBytesMax: draft.max_reply_length,
  });
  return Object.keys(udp).length === 0 ? undefined : udp;
}
