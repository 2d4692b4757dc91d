// A whole config file's tree to a draft of the document (document.ts), by its schema: the step that both grammars share.
import { type DocumentDraft, documentSchema } from './document.ts';
import type { ConfigNode } from './tree/node.ts';
import { type Reader, readTree, type TreeResult } from './tree/read-tree.ts';

export type DocumentResult = TreeResult<DocumentDraft>;

export function readDocument(root: ConfigNode, reader: Reader): DocumentResult {
  const { draft = {}, ...rest } = readTree(documentSchema, root, reader);
  return { draft, ...rest };
}
