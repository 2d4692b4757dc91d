// A whole generated keepalived.conf: its blocks, and how they are written down.
import fc from 'fast-check';
import { all, type Making, maybe, mostly, type Node, one, shuffled } from './blocks.ts';
import { files, globals, group, instance, processes, scripts, statics } from './routers.ts';
import { service, serviceGroup } from './services.ts';
import { partBegins, partEnds } from './split-includes.ts';

const list = (making: Making, maxLength: number) => fc.array(making, { maxLength });

const routerFile = all(
  maybe(globals, 1),
  scripts,
  files,
  processes,
  ...statics.map((each) => maybe(each, 5)),
  list(instance, 5),
  maybe(group, 2),
);
const serviceFile = all(maybe(globals, 3), files, serviceGroup('G1'), serviceGroup('G2'), list(service, 5));

export const nodes = fc
  .oneof(routerFile, serviceFile, all(routerFile, serviceFile))
  .chain((found) => mostly(fc.constant(found), shuffled(fc.constant(found)), 3));

/** Of each line: what is done with it when it is written. */
const styles = one(
  'plain',
  'plain',
  'plain',
  'plain',
  'plain',
  'comment',
  'bang',
  'blank',
  'tabs',
  'here',
  'elsewhere',
  'not',
  'parameter',
  'brace',
  'oneline',
  'trailing',
  'included',
  'sequence',
);
type Style = string;

export const keepalivedFile: fc.Arbitrary<string> = fc
  .tuple(nodes, fc.infiniteStream(styles), fc.boolean())
  .map(([found, stream, isOdd]) => {
    const next = (): Style => (isOdd ? (stream.next().value ?? 'plain') : 'plain');
    return `${found.flatMap((node) => written(node, 0, next)).join('\n')}\n`;
  });

function written(node: Node, depth: number, next: () => Style): readonly string[] {
  const style = next();
  const pad = style === 'tabs' ? '\t'.repeat(depth) : '    '.repeat(depth);
  const before = style === 'blank' ? [''] : style === 'comment' ? [`${pad}# a comment { of its own`] : [];
  const { text, block } = node;
  if (block === undefined) return [...before, ...leafLines(text, pad, style)];
  if (style === 'included') return included(node, depth, next);
  if (style === 'sequence') return sequence(node, depth);
  if (block.length <= 1 && block[0]?.block === undefined && style === 'oneline')
    return [...before, `${pad}${text} { ${block[0]?.text ?? ''} }`];
  const head =
    style === 'brace'
      ? [`${pad}${text}`, `${pad}{`]
      : [`${pad}${text} {${style === 'trailing' ? '   # why' : ''}`];
  return [...before, ...head, ...block.flatMap((each) => written(each, depth + 1, next)), `${pad}}`];
}

/** A file of its own, where split-includes.ts finds it. */
const included = (node: Node, depth: number, next: () => Style): readonly string[] => [
  partBegins,
  ...written(node, depth, next),
  partEnds,
];

/** The block as a parameter of several lines, made twice where what it is called by ends with a number. */
function sequence({ text, block = [] }: Node, depth: number): readonly string[] {
  const numbered = text.replace(/^(\S+ [\w.:]*?)\d+(?= |$)/, '$1$i');
  const name = `$B_${(text.split(' ')[0] ?? '').replaceAll(/\W/g, '_')}`;
  const body = written({ text: numbered, block }, depth, () => 'plain');
  const last = numbered === text ? 1 : 2;
  return [
    `${name}= \\`,
    ...body.slice(0, -1).map((line) => `${line} \\`),
    ...body.slice(-1),
    `~SEQ(i, 1, ${last}) ${name}`,
  ];
}

function leafLines(text: string, pad: string, style: Style): readonly string[] {
  if (style === 'bang') return [`${pad}${text} ! a comment`];
  if (style === 'trailing') return [`${pad}${text}   \t`];
  if (style === 'here') return [`${pad}@main ${text}`];
  if (style === 'elsewhere') return [`${pad}@other ${text}`, `${pad}@^other ${text}`];
  if (style === 'not') return [`${pad}@^main ${text}`, `${pad}${text}`];
  const [key = '', ...rest] = text.split(' ');
  if (style === 'parameter' && rest.length > 0 && !/["'$]/.test(text))
    return [
      `$P_${key.replaceAll(/\W/g, '_')}=${rest.join(' ')}`,
      `${pad}${key} $P_${key.replaceAll(/\W/g, '_')}`,
    ];
  return [`${pad}${text}`];
}
