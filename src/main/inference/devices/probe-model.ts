/**
 * The smallest graph that makes a device prove itself: `y = x * x` for a 1x1x2x2 float tensor (ONNX, opset 17).
 * It is spelled out byte by byte so that looking for devices does not load the graph builder.
 */
export const PROBE_MODEL: Uint8Array = concat([
  varintField(1, 8),
  messageField(7, [
    messageField(1, [text(1, 'x'), text(1, 'x'), text(2, 'y'), text(4, 'Mul')]),
    text(2, 'probe'),
    messageField(11, [valueInfo('x')]),
    messageField(12, [valueInfo('y')]),
  ]),
  messageField(8, [varintField(2, 17)]),
]);

export const PROBE_DIMS: readonly number[] = [1, 1, 2, 2];

function valueInfo(name: string): Uint8Array {
  const dims = [1, 1, 2, 2].map((dim) => messageField(1, [varintField(1, dim)]));
  return concat([
    text(1, name),
    messageField(2, [messageField(1, [varintField(1, 1), messageField(2, dims)])]),
  ]);
}

function varintField(field: number, value: number): Uint8Array {
  return Uint8Array.of(field * 8, value);
}

function text(field: number, value: string): Uint8Array {
  return concat([Uint8Array.of(field * 8 + 2, value.length), new TextEncoder().encode(value)]);
}

/** Every message here is shorter than 128 bytes, so that its length is one byte. */
function messageField(field: number, parts: readonly Uint8Array[]): Uint8Array {
  const body = concat(parts);
  return concat([Uint8Array.of(field * 8 + 2, body.length), body]);
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}
