// A whole config file's tree to a draft of the document (document.ts), by its schema: the step that both grammars share.
import { type DocumentDraft, documentSchema } from './document.ts';
import type { ConfigNode } from './tree/node.ts';
import { readTree, type TreeResult } from './tree/read-tree.ts';

export type DocumentResult = TreeResult<DocumentDraft>;

/** @param director the name that picks the value out of `{lvs1: 150, lvs2: 100}` */
export function readDocument(root: ConfigNode, director: string): DocumentResult {
  const { draft = {}, ...rest } = readTree(documentSchema, root, director);
  return { draft, ...rest };
}
