/**
 * Bounds on what a weight file may ask for. Real checkpoints of the supported networks stay far below; a hostile one
 * gets an error instead of the machine's memory.
 */

/** Tensor data of one file, in bytes. */
export const MAX_CHECKPOINT_BYTES = 2 ** 31;

/** Bytes of one pickle: names, shapes and strides only, the values lie outside. */
export const MAX_PICKLE_BYTES = 64 * 2 ** 20;

/** Instructions of one pickle; a tensor takes about forty. */
export const MAX_PICKLE_STEPS = 10_000_000;

/** Lists, tuples, dictionaries and the like that one pickle puts down; a tensor takes about twelve. */
export const MAX_PICKLE_OBJECTS = 1_000_000;

/** Objects that one pickle remembers to refer back to. */
export const MAX_PICKLE_MEMO = 2_000_000;

/** Bytes of one integer in a pickle; PyTorch's largest, its file mark, has 10. */
export const MAX_PICKLE_INTEGER_BYTES = 64;

/** Dimensions of a tensor: PyTorch's own limit. */
export const MAX_RANK = 64;

/** Elements a tensor may have beyond those of its storage, which an expanded (stride 0) view repeats. */
export const MAX_EXPANDED_ELEMENTS = 2 ** 24;

/** Entries of a zip archive: one per storage, an optimizer's included. */
export const MAX_ZIP_ENTRIES = 50_000;
