// What the tidy tests read: source files, what each imports, and the code without its comments and strings.
// Imports are found by their form, not by a compiler: biome keeps every file in that form.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root: string = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** Paths from the checkout's root, sorted, of what `fits`; nothing that is built, installed or hidden. */
export function filesUnder(folder: string, fits: (path: string) => boolean): readonly string[] {
  const found: string[] = [];
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (entry.name !== 'node_modules' && entry.name !== 'dist' && !entry.name.startsWith('.')) {
        found.push(...filesUnder(path, fits));
      }
    } else if (fits(path)) {
      found.push(path);
    }
  }
  return found.sort();
}

export const isTypeScript = (path: string): boolean => path.endsWith('.ts');

export const read = (path: string): string => readFileSync(join(root, path), 'utf8');

export type Import = {
  /** A path from the checkout's root for our own files, else the module's name: "node:fs", "undici". */
  readonly target: string;
  readonly ours: boolean;
  /** Nothing of it is left when types are erased. */
  readonly typesOnly: boolean;
};

const statement = /^(?:import|export)\s+(type\s+)?(?:([^;'"]*?)\s*from\s*)?'([^']+)'/gm;
const dynamic = /\b(typeof\s+)?import\(\s*'([^']+)'/g;

export function importsOf(path: string, text: string): readonly Import[] {
  const code = withoutComments(text);
  const found: Import[] = [];
  const add = (specifier: string, typesOnly: boolean) => {
    const ours = specifier.startsWith('.');
    const target = ours ? normalize(join(dirname(path), specifier)) : specifier;
    found.push({ target: ours ? relative('.', target) : target, ours, typesOnly });
  };
  for (const [, type, names = '', specifier = ''] of code.matchAll(statement)) {
    add(specifier, type !== undefined || onlyInlineTypes(names));
  }
  for (const [, type, specifier = ''] of code.matchAll(dynamic)) add(specifier, type !== undefined);
  return found;
}

/** `{ type A, type B }`. */
function onlyInlineTypes(names: string): boolean {
  const [, inner] = /^\{([^}]*)\}$/.exec(names.trim()) ?? [];
  const parts = (inner ?? '').split(',').filter((part) => part.trim() !== '');
  return parts.length > 0 && parts.every((part) => /^\s*type\s/.test(part));
}

/** Comments become nothing; line breaks stay, so that line numbers do. */
export function withoutComments(text: string): string {
  return text.replaceAll(
    /('(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`)|\/\*[\s\S]*?\*\/|(?<![:\\/])\/\/[^\n]*/g,
    (whole, literal: string | undefined) => literal ?? whole.replaceAll(/[^\n]/g, ''),
  );
}

/** Comments and the content of plain strings become nothing: what is left is what runs. */
export function bareCode(text: string): string {
  return withoutComments(text).replaceAll(/'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"/g, "''");
}
