/**
 * The same response, with a body that never fails: where its source does, `onBroken` is told and nothing more comes.
 * The adapter to Node's server would otherwise write each failure to the console, and a player that jumps in a clip
 * gives up one request after the other.
 *
 * @param onBroken - has to cut the connection, so that the part that was sent is not taken for the whole
 */
export function withUnfailingBody(response: Response, onBroken: (reason: unknown) => void): Response {
  if (!response.body) return response;
  const source: ReadableStream<Uint8Array> = response.body;
  const reader = source.getReader();
  const body = new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        try {
          const { done, value } = await reader.read();
          if (done) controller.close();
          else controller.enqueue(value);
        } catch (thrown) {
          onBroken(thrown);
        }
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
  return new Response(body, {
    status: response.status,
    statusText: response.statusText,
    headers: response.headers,
  });
}
