/** What page and frame worker say to each other. */
export type FrameRequest =
  | {
      readonly kind: 'fetch';
      readonly id: number;
      readonly address: string;
      /** The media type of a frame that is to be unpacked; others are R, G, B, A. */
      readonly packedType: string;
      /** Headers of the answer that tell the frame's size in pixels. */
      readonly widthHeader: string;
      readonly heightHeader: string;
    }
  | { readonly kind: 'call-off'; readonly id: number };

export type FrameAnswer =
  | { readonly kind: 'bitmap'; readonly id: number; readonly bitmap: ImageBitmap }
  /** The server refused; the body as parsed, where it was JSON. */
  | { readonly kind: 'problem'; readonly id: number; readonly status: number; readonly body: unknown }
  | { readonly kind: 'unreachable'; readonly id: number }
  | { readonly kind: 'defect'; readonly id: number; readonly message: string };
