// How else than as a map of its keys a schema may be written: on one line of text, alone where a list of it is wanted, a
// key in another spelling. Said where the schema is declared and kept beside it; the reader of trees (read-tree.ts)
// and the JSON Schema ask for it, and know no schema themselves.
import * as z from 'zod';

/** A line as texts of the keys that it abbreviates, or the rule that it breaks. */
export type LineParts =
  | {
      readonly parts: Readonly<Record<string, string>>;
      /** What of the line has no effect, and what may stand there. */
      readonly ignored?: { readonly rule: string; readonly got: string };
    }
  | { readonly rule: string };

export type Form = {
  /** @returns undefined for a line that says nothing */
  readonly readLine?: (text: string) => LineParts | undefined;
  /** One map may stand for a list of one: always, or where it has this key (else it is a map of directors). */
  readonly alone?: 'always' | { readonly withKey: string };
  /** The key as the schema has it. */
  readonly plainKey?: (written: string) => string;
  /** The name that says which values are this director's: it is known before anything else is read. */
  readonly isDirectorName?: true;
};

const forms = z.registry<Form>();

/** The schema itself: what is made of it (`optional`, `required`) has the form as well. */
export function withForm<Schema extends z.ZodType>(schema: Schema, form: Form): Schema {
  forms.add(schema, form as never);
  return schema;
}

const plainForm: Form = {};

export const formOf = (schema: z.core.$ZodType): Form => forms.get(schema) ?? plainForm;
