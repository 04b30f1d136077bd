import type { Component } from 'svelte';

/** A line of a menu. */
export type MenuItem =
  | {
      readonly kind: 'command';
      readonly id: string;
      readonly label: string;
      /** Muted, behind the label. */
      readonly detail?: string | undefined;
      readonly icon?: Component<{ size?: number; 'aria-hidden'?: 'true' }> | undefined;
      readonly shortcut?: string | undefined;
      readonly disabled?: boolean | undefined;
      /** Whether it is the one that applies, of a group of choices. */
      readonly checked?: boolean | undefined;
      readonly run: () => void;
    }
  | { readonly kind: 'heading'; readonly id: string; readonly label: string }
  | { readonly kind: 'separator'; readonly id: string };
