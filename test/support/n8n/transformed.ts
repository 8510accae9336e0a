import { Transformation, type Transformed } from '../../../nodes/TransformNormalize/transform';
import type { Incoming } from '../../../nodes/TransformNormalize/incoming';

/** What all of it comes to, taken at once. */
export function transform(
	incoming: readonly Incoming[],
	...settings: ConstructorParameters<typeof Transformation>
): Transformed {
	const transformation = new Transformation(...settings);
	for (const one of incoming) transformation.take(one);
	return transformation.end();
}
