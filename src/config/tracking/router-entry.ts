// An entry of `vrrp` as those see it who track something for it: its keys, and the instances that it has become.
import type { VrrpInstanceConfig } from '../../model/config/router.ts';
import type { NotifyDraft } from './notify.ts';
import type { TrackDrafts } from './track.ts';

export type RouterEntry = {
  readonly index: number;
  readonly draft: TrackDrafts &
    NotifyDraft & { readonly name: string; readonly interface?: string | undefined };
  readonly instances: readonly VrrpInstanceConfig[];
};
