import { AcutanceError } from '../../../shared/errors.ts';
import { elementCount } from '../../../shared/tensor.ts';

/** Parameters as a graph asks for them: by name, with the shape it needs. */
export function parameterSource(
  parameters: ReadonlyMap<string, Float32Array>,
): (name: string, dims: readonly number[]) => Float32Array {
  return (name, dims) => {
    const values = parameters.get(name);
    if (values?.length === elementCount(dims)) return values;
    const found = values === undefined ? 'are absent' : `have ${values.length} values`;
    throw new AcutanceError('internal', `parameters ${name} of shape [${dims.join(', ')}] ${found}`);
  };
}
