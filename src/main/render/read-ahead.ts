/**
 * Asks a source for values before they are wanted, so that it works while its consumer is busy.
 *
 * @param depth - how many values may exist that the consumer has not asked for yet.
 * @param discard - receives values that were made but never consumed, because the consumer stopped early.
 */
export async function* readAhead<Value>(
  source: AsyncIterable<Value>,
  depth: number,
  discard: (value: Value) => void,
): AsyncGenerator<Value, void, undefined> {
  const iterator = source[Symbol.asyncIterator]();
  const pending: Promise<IteratorResult<Value, unknown>>[] = [];
  const ask = (): void => {
    const next = iterator.next();
    // A failure is met when its turn comes; until then it is not "unhandled".
    next.catch(() => undefined);
    pending.push(next);
  };
  try {
    for (let i = 0; i < depth; i++) ask();
    for (;;) {
      ask();
      const result = await pending.shift();
      if (!result || result.done === true) return;
      yield result.value;
    }
  } finally {
    for (const outcome of await Promise.allSettled(pending)) {
      if (outcome.status === 'fulfilled' && outcome.value.done !== true) discard(outcome.value.value);
    }
    await iterator.return?.();
  }
}
