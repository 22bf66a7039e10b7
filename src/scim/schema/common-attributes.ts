import { type AttributeType, compileAttributes } from './attribute-type.js';

/** The attributes that every resource has (RFC 7643 section 3.1). They belong to no schema and are not in `/Schemas`. */
export const COMMON_ATTRIBUTES: ReadonlyMap<string, AttributeType> = compileAttributes([
  { name: 'schemas', type: 'reference', multiValued: true, caseExact: true, returned: 'always' },
  {
    name: 'id',
    type: 'string',
    caseExact: true,
    mutability: 'readOnly',
    returned: 'always',
    uniqueness: 'server',
  },
  { name: 'externalId', type: 'string', caseExact: true },
  {
    name: 'meta',
    type: 'complex',
    mutability: 'readOnly',
    subAttributes: [
      { name: 'resourceType', type: 'string', caseExact: true, mutability: 'readOnly' },
      { name: 'created', type: 'dateTime', mutability: 'readOnly' },
      { name: 'lastModified', type: 'dateTime', mutability: 'readOnly' },
      { name: 'location', type: 'reference', caseExact: true, mutability: 'readOnly' },
      { name: 'version', type: 'string', caseExact: true, mutability: 'readOnly' },
    ],
  },
]);
