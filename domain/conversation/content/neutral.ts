/**
 * What a message says, whichever family wrote it. Sizes in bytes, lengths in pixels, durations in seconds; what a family doesn't
 * say is absent.
 */
export type Neutral =
  | { readonly kind: 'text'; readonly text: string }
  | {
      readonly kind: 'image';
      readonly url: string;
      readonly width?: number;
      readonly height?: number;
      readonly size?: number;
      readonly thumbnailUrl?: string;
    }
  | { readonly kind: 'voice'; readonly url: string; readonly seconds?: number; readonly size?: number }
  | {
      readonly kind: 'video';
      readonly url: string;
      readonly seconds?: number;
      readonly size?: number;
      readonly thumbnailUrl?: string;
      readonly width?: number;
      readonly height?: number;
    }
  | { readonly kind: 'file'; readonly url: string; readonly name: string; readonly size?: number }
  | {
      readonly kind: 'location';
      readonly latitude: number;
      readonly longitude: number;
      readonly description?: string;
    }
  | { readonly kind: 'mention'; readonly text: string; readonly userIds: readonly string[]; readonly all: boolean }
  | { readonly kind: 'quote'; readonly text: string; readonly quoted: Quoted }
  | { readonly kind: 'custom'; readonly data: string; readonly description: string; readonly extension: string };

export type Kind = Neutral['kind'];

export type NeutralOf<K extends Kind> = Extract<Neutral, { readonly kind: K }>;

/** The message that is answered, as far as the family says. */
export interface Quoted {
  readonly messageId?: string;
  readonly seq?: number;
  readonly senderId?: string;
  readonly text?: string;
}
