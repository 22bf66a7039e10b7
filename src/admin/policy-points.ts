import type { JsonSchema } from './admin-route.js';

/** How a policy is changed: what is left out stays, and `null` is as the application has it. */
export type PolicyChange<Policy> = { readonly [Point in keyof Policy]?: Policy[Point] | null };

/** The schema of {@link PolicyChange}, from that of the policy. */
export function policyChangeSchema(schema: JsonSchema): JsonSchema {
  const points = Object.entries(schema['properties'] as Readonly<Record<string, JsonSchema>>);
  return {
    ...schema,
    properties: Object.fromEntries(
      points.map(([point, { anyOf = [], ...rest }]) => {
        const alternatives = anyOf as readonly JsonSchema[];
        return [point, { anyOf: [...(alternatives.length > 0 ? alternatives : [rest]), { type: 'null' }] }];
      }),
    ),
  };
}

/** In what a directory differs after the change. */
export function changedPolicy<Policy extends object>(
  differs: Partial<Policy>,
  change: PolicyChange<Policy>,
): Partial<Policy> {
  const points = Object.entries({ ...differs, ...change }).filter(([, value]) => value !== null);
  return Object.fromEntries(points) as Partial<Policy>;
}
